import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import type { Origin } from '../../platform/events/events.ts'
import { originJson } from '../settle/settle-purchases.ts'
import type { LockedPurchase } from './lock-purchase.ts'

/**
 * Ends access by a locked purchase, now or at a given time. Billing goes on. One that was ended by hand already, and not
 * given back, keeps that end unless another one is given.
 *
 * @param at null: now
 */
export async function deactivatePurchase(
  tx: Tx,
  { site_id, id }: LockedPurchase,
  at: Date | null,
  origin: Origin,
): Promise<void> {
  if (at === null && (await wasDeactivated(tx, site_id, id, origin.now))) return
  await sql`
    select block_purchases(${site_id}::bigint, ${[id]}::bigint[], 'deactivated', ${at ?? origin.now}::timestamptz,
                           ${originJson(origin)}::jsonb, ${origin.now}::timestamptz)`.execute(tx)
}

async function wasDeactivated(tx: Tx, siteId: string, id: string, now: Date): Promise<boolean> {
  const { rows } = await sql`
    select from purchase_blocks
     where purchase_id = ${id} and site_id = ${siteId} and cause = 'deactivated' and since <= ${now}
       and waived_at is null`.execute(tx)
  return rows.length > 0
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
