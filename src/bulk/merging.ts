import { lockingAsDeletion, type Merging, movingRows } from '../platform/merging.ts'
import { bulkData } from './personal-data.ts'

/** Rows name the other contact from now on, also those that wait. */
export const bulkMerging: Merging = {
  name: 'bulk_job_rows',
  lock: lockingAsDeletion(bulkData),
  move: movingRows('bulk_job_rows'),
}
