import type { Merging } from '../platform/merging.ts'
import { sessionsData } from './personal-data.ts'

/** The sign-in of the contact that ends does, too; nothing moves. */
export const sessionsMerging: Merging = {
  name: 'member_sessions',
  async move(tx, merge) {
    await sessionsData.erase(tx, merge.from, merge)
    return 0
  },
}
