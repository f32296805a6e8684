import { type Merging, movingRows } from '../platform/merging.ts'

/** Those that wait for a confirmation have no contact yet, and find it by their address. */
export const submissionsMerging: Merging = { name: 'form_submissions', move: movingRows('form_submissions') }
