import { type Merging, movingRows } from '../../platform/merging.ts'

/** Notes are about the other contact from now on. */
export const notesMerging: Merging = { name: 'notes', move: movingRows('contact_notes') }
