import type { Merging } from '../merging.ts'
import { attemptsData } from './personal-data.ts'

/** Attempts to sign in under the addresses of the contact that ends are forgotten; nothing moves. */
export const attemptsMerging: Merging = {
  name: 'sign_in_attempts',
  async move(tx, merge) {
    await attemptsData.erase(tx, merge.from, merge)
    return 0
  },
}
