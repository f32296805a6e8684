import { sql } from 'kysely'
import type { App } from '../../platform/app.ts'
import { inTransaction } from '../../platform/db/database.ts'
import type { BackgroundTask } from '../../platform/queue/queue.ts'
import { queueTask } from '../inbox/queue-task.ts'
import { closeCheckouts } from './open-checkout.ts'

const BATCH = 100

/**
 * Ends checkouts that were begun here and never at the provider, because a process ended in between; and reads those
 * whose end no notification has announced. By the clock of the database: the provider's does not follow one that was moved.
 */
export const expireCheckoutsTask: BackgroundTask = {
  name: 'expire checkouts',
  everyMs: 60_000,
  wakesOthers: true,
  run: expireCheckouts,
}

/** @returns how many were due */
export async function expireCheckouts({ db, clock }: App): Promise<number> {
  const now = clock.now()
  const isLate = sql`(site_id, id) in (
    select site_id, id from checkouts
     where state = 'open' and session_id is null and expires_at < clock_timestamp()
     order by expires_at limit ${BATCH} for no key update skip locked)`
  return inTransaction(db, async (tx) => {
    const closed = await closeCheckouts(tx, isLate, now)
    const { rows } = await sql<{ site_id: string; provider_account_id: string; session_id: string }>`
      update checkouts set expires_at = clock_timestamp() + interval '1 day'
       where (site_id, id) in (
         select site_id, id from checkouts
          where state = 'open' and session_id is not null and expires_at < clock_timestamp() - interval '10 minutes'
          order by expires_at limit ${BATCH} for no key update skip locked)
      returning site_id, provider_account_id, session_id`.execute(tx)
    for (const { site_id, provider_account_id, session_id } of rows)
      await queueTask(tx, { site_id, id: provider_account_id }, 'read_session', session_id, now)
    return closed + rows.length
  })
}
