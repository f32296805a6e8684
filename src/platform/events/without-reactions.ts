import { sql } from 'kysely'
import type { Tx } from '../db/database.ts'
import { lastEventId } from './dry-run.ts'
import type { Origin } from './events.ts'

/**
 * Runs `work`, whose events are in the log then, and have no effects: no e-mail, run of an automation or delivery
 * follows from them.
 *
 * @param origin of the events; its request is that of no other transaction
 */
export async function withoutReactions<Result>(
  tx: Tx,
  siteId: string,
  { requestId, now }: Origin,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = await lastEventId(tx)
  const result = await work()
  await sql`
    update events set dispatched_at = ${now}
     where site_id = ${siteId} and id > ${before} and dispatched_at is null and request_id = ${requestId}`.execute(
    tx,
  )
  return result
}
