import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import { notFound } from '../../platform/jsonapi/errors.ts'
import { readId, withId } from '../../platform/jsonapi/identifiers.ts'
import type { PaymentType, SubscriptionStatus } from '../states.ts'

export interface LockedPurchase {
  site_id: string
  id: string
  order_id: string
  customer_id: string
  contact_id: string
  offer_id: string
  payment_type: PaymentType
  /** Of each regular payment. */
  amount: number
  currency: string
  provider: string
  ordered_at: Date
  /** Of the site. */
  time_zone: string
  is_test: boolean
  deactivated_at: Date | null
  deactivation_reason: string | null
  closed_at: Date | null
  /** Null: it pays once, or nothing. */
  subscription: LockedSubscription | null
}

export interface LockedSubscription {
  id: string
  provider: string
  reference: string | null
  /** Null: no provider knows of it, and requests to the API alone change it. */
  provider_account_id: string | null
  schedule_reference: string | null
  status: SubscriptionStatus
  interval: 'day' | 'week' | 'month' | 'year'
  interval_count: number
  amount: number
  tax: number
  payments_total: number | null
  trial_ends_at: string | null
  period_end: string | null
  cancel_at: string | null
  past_due_since: string | null
  ended_at: string | null
}

/**
 * Locks a purchase of the sites until the transaction ends, and before it its customer, as selling does.
 *
 * @throws ApiError 404
 */
export async function lockPurchase(tx: Tx, siteIds: string[], id: string): Promise<LockedPurchase> {
  const found = await sql<{ customer_id: string }>`
    select customer_id from purchases where id = ${readId(id)} and site_id = any (${siteIds}::bigint[])`.execute(
    tx,
  )
  const customerId = found.rows[0]?.customer_id
  if (customerId === undefined) throw notFound(`There is no purchase ${withId(id)}.`)
  await sql`
    select from customers where id = ${customerId} and site_id = any (${siteIds}::bigint[]) for no key update`.execute(
    tx,
  )
  const { rows } = await sql<LockedPurchase & { amount: string }>`
    select p.site_id, p.id, p.order_id, p.customer_id, c.contact_id, p.offer_id, p.payment_type, p.amount, p.currency,
           o.provider, o.ordered_at, p.is_test,
           (select z.time_zone from sites z where z.id = p.site_id) as time_zone, p.deactivated_at, p.deactivation_reason, p.closed_at,
           (select json_build_object(
              'id', s.id::text, 'provider', s.provider, 'reference', s.reference,
              'provider_account_id', s.provider_account_id::text, 'schedule_reference', s.schedule_reference, 'status', s.status, 'interval', s.interval,
              'interval_count', s.interval_count, 'amount', s.amount, 'tax', s.tax, 'payments_total', s.payments_total,
              'trial_ends_at', s.trial_ends_at, 'period_end', s.period_end, 'cancel_at', s.cancel_at, 'past_due_since', s.past_due_since, 'ended_at', s.ended_at)
              from subscriptions s where s.purchase_id = p.id and s.site_id = p.site_id) as subscription
      from purchases p
      join customers c on c.id = p.customer_id and c.site_id = p.site_id
      join orders o on o.id = p.order_id and o.site_id = p.site_id
     where p.id = ${readId(id)} and p.site_id = any (${siteIds}::bigint[])
       for no key update of p`.execute(tx)
  const [row] = rows
  return { ...row!, amount: Number(row!.amount) }
}
