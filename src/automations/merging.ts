import { lockingAsDeletion, type Merging, movingRows } from '../platform/merging.ts'
import { automationsData } from './personal-data.ts'

/** Runs go on with the other contact. */
export const runsMerging: Merging = {
  name: 'automation_runs',
  lock: lockingAsDeletion(automationsData),
  move: movingRows('automation_runs'),
}
