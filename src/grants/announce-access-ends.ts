import { sql } from 'kysely'
import type { App } from '../platform/app.ts'
import type { Schedule } from '../platform/queue/queue.ts'

const BATCH = 200

/** When ends of access are announced. */
export const endingSchedule: Schedule = {
  table: 'offer_grants',
  isOpen: sql`revoked_at is null and ending_notice_at is not null`,
  dueAt: 'ending_notice_at',
}

/**
 * Records the event `access_ending` of grants whose offer wants it so many days before the end of access; several
 * processes may do so at once.
 *
 * @returns how many were due
 */
export async function announceAccessEnds({ db, clock }: App): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select announce_access_ends(${clock.now()}, ${BATCH}) as count`.execute(db)
  return rows[0]!.count
}
