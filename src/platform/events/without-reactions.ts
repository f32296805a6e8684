import { sql } from 'kysely'
import type { Tx } from '../db/database.ts'

/**
 * Runs `work`, whose events are in the log then, and have no effects: no e-mail, run of an automation or delivery
 * follows from them. When it fails, its transaction must be rolled back, or its savepoint.
 */
export async function withoutReactions<Result>(
  tx: Tx,
  now: Date,
  work: () => Promise<Result>,
): Promise<Result> {
  // Events that are recorded as dispatched: to mark them afterwards would write each a second time.
  await dispatchAt(tx, now.toISOString())
  const result = await work()
  await dispatchAt(tx, '')
  return result
}

const dispatchAt = (tx: Tx, time: string) =>
  sql`select set_config('bestow.dispatched_at', ${time}, true)`.execute(tx)
