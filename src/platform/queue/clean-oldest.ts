import type { App } from '../app.ts'
import { inTransaction, type Tx } from '../db/database.ts'
import { daysBefore } from '../jsonapi/field-types.ts'

/** Rows that are looked at in a statement, in the order of their ids, which is that of their age. */
export const CLEAN_BATCH = 2_000
/** So much at once, that a worker can be stopped in between. */
const MOST = 10_000

/**
 * @param after id after which a batch begins
 * @param before rows that ended before this time are removed
 */
export type CleanBatch = (tx: Tx, after: string, before: Date) => Promise<Cleaned>

export interface Cleaned {
  removed: number
  /** Id of the last that was looked at; null when all that is old enough was. */
  last: string | null
}

/**
 * Removes rows that are older than a number of days: looks at the oldest first, batch after batch, until there is one
 * that is young enough to stay. An index by age would cost every new row something.
 *
 * @returns number of rows; there may be more
 */
export async function cleanOldest(app: App, days: number, clean: CleanBatch): Promise<number> {
  const before = daysBefore(app.clock.now(), days)
  let count = 0
  for (let after: string | null = '0'; after !== null && count < MOST; ) {
    const done: Cleaned = await inTransaction(app.db, (tx) => clean(tx, after!, before))
    count += done.removed
    after = done.last
  }
  return count
}
