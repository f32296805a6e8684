import { sql } from 'kysely'
import type { App } from '../platform/app.ts'
import type { Schedule } from '../platform/queue/queue.ts'

const BATCH = 200

/** When access periods end. */
export const expirySchedule: Schedule = {
  table: 'offer_grants',
  isOpen: sql`revoked_at is null and expires_at is not null`,
  dueAt: 'expires_at',
}

/**
 * Ends grants whose access period is over and records it; several processes may do so at once. Access
 * itself ended with the period: whoever asks who holds what compares the times.
 *
 * @returns how many ended
 */
export async function expireGrants({ db, clock }: App): Promise<number> {
  const now = clock.now()
  const { rows } = await sql<{ closed: number }>`
    select close_expired_grants(due.site_id, due.customer_id, ${now}::timestamptz) as closed
      from (select distinct site_id, customer_id
              from (select site_id, customer_id from offer_grants
                     where revoked_at is null and expires_at > '-infinity' and expires_at <= ${now}
                     order by expires_at limit ${BATCH}) oldest
             order by customer_id) due`.execute(db)
  return rows.reduce((sum, { closed }) => sum + closed, 0)
}
