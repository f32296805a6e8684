import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import { type Origin, recordEvent } from '../../platform/events/events.ts'
import { eventReferences } from '../event-references.ts'
import { type LockedPurchase, lockPurchase } from '../purchases/lock-purchase.ts'
import { settlePurchases } from '../settle/settle-purchases.ts'
import { FINAL_STATUSES, type Interval, type SubscriptionStatus } from '../states.ts'

/** A subscription as it is now; what is left out stays. */
export interface SubscriptionState {
  status?: SubscriptionStatus
  /** Of the next payment, with tax and less discounts, and the tax in it. */
  amount?: number
  tax?: number
  interval?: Interval
  interval_count?: number
  payments_total?: number | null
  schedule_reference?: string | null
  trial_ends_at?: Date | null
  period_start?: Date | null
  period_end?: Date | null
  /** When it will end; null: not planned. */
  cancel_at?: Date | null
  /** Since when payments have failed; null: they have not. */
  past_due_since?: Date | null
  /** When it ended, of a final status; left out: now. A plan that was completed before it was canceled is completed. */
  ended_at?: Date
}

/** The purchase of a subscription, locked as lockPurchase() does; null: no subscription has this name. */
export async function lockSubscription(
  tx: Tx,
  siteId: string,
  name: { id: string } | { provider: string; reference: string },
): Promise<LockedPurchase | null> {
  const isNamed =
    'id' in name ? sql`id = ${name.id}` : sql`reference = ${name.reference} and provider = ${name.provider}`
  const { rows } = await sql<{ purchase_id: string }>`
    select purchase_id from subscriptions where ${isNamed} and site_id = ${siteId}`.execute(tx)
  return rows[0] ? lockPurchase(tx, [siteId], rows[0].purchase_id) : null
}

/**
 * Writes the state of the subscription of a locked purchase, and settles the purchase. A final status is never left,
 * except for an earlier one of which is learned later; and `ticket` has what was read from a provider before what is there
 * ignored.
 *
 * @returns whether it was written
 */
export async function saveSubscription(
  tx: Tx,
  purchase: LockedPurchase,
  state: SubscriptionState,
  origin: Origin,
  ticket: string | null = null,
): Promise<boolean> {
  const { site_id: siteId, id } = purchase
  const subscription = purchase.subscription!
  const { ended_at, ...columns } = state
  const isLateCompletion =
    subscription.status === 'canceled' &&
    subscription.provider_account_id === null &&
    columns.status === 'completed' &&
    ended_at !== undefined &&
    ended_at < new Date(subscription.ended_at!)
  if (isFinal(subscription.status) && !isLateCompletion) {
    delete columns.status
    delete columns.past_due_since
  }
  const status = columns.status ?? subscription.status
  const isNewStatus = status !== subscription.status
  const ends = isNewStatus && isFinal(status)
  const written = await tx
    .updateTable('subscriptions')
    .set({
      ...columns,
      ...(isNewStatus && { status_since: origin.now }),
      ...(ends && { ended_at: ended_at ?? origin.now, past_due_since: null }),
      ...(ticket !== null && { ticket }),
      updated_at: origin.now,
    })
    .where('id', '=', subscription.id)
    .where('site_id', '=', siteId)
    .where('ticket', '<=', ticket ?? MOST)
    .returning('id')
    .executeTakeFirst()
  if (!written) return false
  await keepState(tx, siteId, subscription.id, origin.now)
  await settlePurchases(tx, siteId, [id], origin)
  if (ends && status === 'canceled')
    await recordEvent(
      tx,
      'subscription_canceled',
      eventReferences(purchase),
      { purchase_id: id, subscription_id: subscription.id },
      origin,
    )
  return true
}

const MOST = '9223372036854775807'

export const isFinal = (status: SubscriptionStatus): boolean =>
  (FINAL_STATUSES as readonly SubscriptionStatus[]).includes(status)

/** For reports of past months: the state that it has from now on, unless that is the last one. */
async function keepState(tx: Tx, siteId: string, id: string, now: Date): Promise<void> {
  await sql`
    insert into subscription_states as kept (site_id, subscription_id, since, status, amount, tax, interval, interval_count,
                                             past_due_since)
    select s.site_id, s.id, ${now}, s.status, s.amount, s.tax, s.interval, s.interval_count, s.past_due_since
      from subscriptions s
      left join lateral (
        select * from subscription_states l
         where l.subscription_id = s.id and l.site_id = s.site_id order by l.since desc limit 1) last on true
     where s.id = ${id} and s.site_id = ${siteId}
       and (s.status, s.amount, s.tax, s.interval, s.interval_count, s.past_due_since)
           is distinct from (last.status, last.amount, last.tax, last.interval, last.interval_count, last.past_due_since)
    on conflict (subscription_id, since, site_id) do update
       set status = excluded.status, amount = excluded.amount, tax = excluded.tax, interval = excluded.interval,
           interval_count = excluded.interval_count, past_due_since = excluded.past_due_since`.execute(tx)
}
