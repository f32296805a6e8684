import { type Merging, movingRows } from '../platform/merging.ts'

/** E-mails that wait are sent to the other contact. */
export const emailsMerging: Merging = { name: 'emails', move: movingRows('emails') }
