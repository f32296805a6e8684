import { sql } from 'kysely'
import type { App } from '../../platform/app.ts'
import { inTransaction, withoutSorting } from '../../platform/db/database.ts'
import type { Schedule } from '../../platform/queue/queue.ts'
import { settlePurchases } from './settle-purchases.ts'

const BATCH = 200

/** When access by purchases ends, or a grace period does. */
export const settleSchedule: Schedule = {
  table: 'purchases',
  isOpen: sql`settle_at is not null`,
  dueAt: 'settle_at',
}

/**
 * Closes purchases whose end has come, and those whose payments have failed for too long, and records it; several
 * processes may do so at once. Access itself ended with the time: whoever asks who holds what compares the times.
 *
 * @returns how many were due
 */
export async function settleDue({ db, clock }: App): Promise<number> {
  const now = clock.now()
  return inTransaction(db, async (tx) => {
    const due = await withoutSorting(tx, () =>
      tx
        .selectFrom('purchases')
        .select(['site_id', 'id'])
        .where('settle_at', '<=', now)
        .orderBy('settle_at')
        .limit(BATCH)
        .execute(),
    )
    const bySite = Map.groupBy(due, ({ site_id }) => site_id)
    for (const [siteId, purchases] of [...bySite].sort())
      await settlePurchases(
        tx,
        siteId,
        purchases.map(({ id }) => id),
        { actor: 'system', requestId: null, now },
      )
    return due.length
  })
}
