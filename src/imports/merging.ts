import { lockingAsDeletion, type Merging, movingRows } from '../platform/merging.ts'
import { importsData } from './personal-data.ts'

/** Rows name the other contact from now on. */
export const importsMerging: Merging = {
  name: 'import_rows',
  lock: lockingAsDeletion(importsData),
  move: movingRows('import_rows'),
}
