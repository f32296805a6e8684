import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import type { Origin } from '../../platform/events/events.ts'
import { originJson } from '../settle/settle-purchases.ts'
import type { LockedPurchase } from './lock-purchase.ts'

/** Ends access by a locked purchase, now or at a later time. Billing goes on. */
export async function deactivatePurchase(
  tx: Tx,
  { site_id, id }: LockedPurchase,
  at: Date,
  origin: Origin,
): Promise<void> {
  await sql`
    select block_purchases(${site_id}::bigint, ${[id]}::bigint[], 'deactivated', ${at}::timestamptz,
                           ${originJson(origin)}::jsonb, ${origin.now}::timestamptz)`.execute(tx)
}

/**
 * Gives access by a locked purchase again: waives what has ended it. A later refund, dispute or failed payment ends it
 * again. A subscription that has ended stays ended.
 *
 * @param how `now`: an end that was set by hand for later stays, unless nothing else ends access; `whole`: it is removed
 */
export async function reactivatePurchase(
  tx: Tx,
  { site_id, id }: LockedPurchase,
  origin: Origin,
  how: 'now' | 'whole' = 'now',
): Promise<void> {
  const waive = sql.ref(how === 'now' ? 'waive_blocks_of_now' : 'waive_blocks')
  await sql`
    select ${waive}(${site_id}::bigint, ${id}::bigint, ${originJson(origin)}::jsonb, ${origin.now}::timestamptz)`.execute(
    tx,
  )
}
