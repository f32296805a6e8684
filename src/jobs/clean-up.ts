import { sql } from 'kysely'
import type { App } from '../app.ts'

/**
 * Removes what nobody can ask for any more: Idempotency-Keys after 24 hours, sign-ins that have ended, counts
 * of attempts whose time is over, and links 30 days after they were used or ran out.
 *
 * @returns how many rows went
 */
export async function cleanUp({ db, clock }: App): Promise<number> {
  const now = sql`${clock.now()}::timestamptz`
  const ended = [
    sql`delete from idempotency_keys where created_at < ${now} - interval '24 hours'`,
    sql`delete from token_families where expires_at < ${now}`,
    sql`delete from member_sessions where expires_at < ${now}`,
    sql`delete from member_attempts where ends_at < ${now}`,
    sql`delete from member_links where least(used_at, expires_at) < ${now} - interval '30 days'`,
  ]
  let count = 0
  for (const removal of ended) count += Number((await removal.execute(db)).numAffectedRows ?? 0)
  return count
}
