import { sql } from 'kysely'
import type { App } from '../app.ts'

/** As much at once as a statement can remove in its time. */
const BATCH = 5_000

/**
 * Removes what nobody can ask for any more: Idempotency-Keys after 24 hours, sign-ins that have ended, counts
 * of attempts whose time is over, and links 30 days after they were used or ran out.
 *
 * @returns how many rows went; there may be more
 */
export async function cleanUp({ db, clock, log }: App): Promise<number> {
  const now = sql`${clock.now()}::timestamptz`
  const ended = {
    idempotency_keys: sql`created_at < ${now} - interval '24 hours'`,
    token_families: sql`expires_at < ${now}`,
    member_sessions: sql`expires_at < ${now}`,
    member_attempts: sql`ends_at < ${now}`,
    member_links: sql`least(used_at, expires_at) < ${now} - interval '30 days'`,
  }
  let count = 0
  for (const [table, isEnded] of Object.entries(ended)) {
    const rows = sql.table(table)
    const removal = sql`delete from ${rows} where ctid in (select ctid from ${rows} where ${isEnded} limit ${BATCH})`
    try {
      count += Number((await removal.execute(db)).numAffectedRows ?? 0)
    } catch (error) {
      // One table that cannot be cleaned now is no reason to leave the others.
      log.warn({ err: error, table }, 'not cleaned up, will be tried again')
    }
  }
  return count
}
