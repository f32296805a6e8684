/** What customers see of their own purchases. */
import { sql } from 'kysely'
import type { Db } from '../../platform/db/database.ts'
import { isId } from '../../platform/jsonapi/identifiers.ts'
import type { Interval, PaymentType, SubscriptionStatus } from '../states.ts'
import { paymentsMade, purchaseStatus } from './purchase-status.ts'

/** A purchase of a customer, with its subscription. */
export interface OwnPurchase {
  id: string
  title: string
  payment_type: PaymentType
  /** Of each regular payment, in the smallest unit of the currency. */
  amount: number
  currency: string
  bought_at: Date
  /** As the API shows it: of what is paid once `paid`, `refunded` or `disputed`, else that of the subscription. */
  status: SubscriptionStatus | 'paid' | 'refunded' | 'disputed'
  /** When access ends, or has ended; null: no end is known. */
  ends_at: Date | null
  subscription: OwnSubscription | null
  receipts: OwnPayment[]
}

export interface OwnSubscription {
  reference: string | null
  provider: string
  provider_account_id: string | null
  /** Of the next payment. */
  amount: number
  interval: Interval
  interval_count: number
  payments_total: number | null
  payments_made: number | null
  trial_ends_at: Date | null
  /** When the next payment is due. */
  period_end: Date | null
  cancel_at: Date | null
  ended_at: Date | null
}

/** Money that moved for a purchase; negative: it was paid back. */
export interface OwnPayment {
  id: string
  amount: number
  currency: string
  occurred_at: Date
}

const date = (text: string | null): Date | null => (text === null ? null : new Date(text))

/** The purchases of a customer, the latest first; or one of them. */
export async function readOwnPurchases(
  db: Db,
  { siteId, customerId }: { siteId: string; customerId: string },
  purchaseId?: string,
): Promise<OwnPurchase[]> {
  if (purchaseId !== undefined && !isId(purchaseId)) return []
  const { rows } = await sql<Row>`
    select r.id, i.title, r.payment_type, r.amount, r.currency, o.ordered_at as bought_at, ${purchaseStatus} as status,
           r.deactivated_at as ends_at,
           case when u.id is not null then json_build_object(
             'reference', u.reference, 'provider', u.provider, 'provider_account_id', u.provider_account_id::text,
             'amount', u.amount, 'interval', u.interval, 'interval_count', u.interval_count,
             'payments_total', u.payments_total, 'payments_made', ${paymentsMade}, 'trial_ends_at', u.trial_ends_at,
             'period_end', u.period_end, 'cancel_at', u.cancel_at, 'ended_at', u.ended_at) end as subscription,
           coalesce((
             select json_agg(json_build_object('id', t.id::text, 'amount', tp.amount, 'currency', t.currency,
                                               'occurred_at', t.occurred_at) order by t.occurred_at desc, t.id desc)
               from transaction_purchases tp
               join transactions t on t.id = tp.transaction_id and t.site_id = tp.site_id
              where tp.purchase_id = r.id and tp.site_id = r.site_id and t.state = 'succeeded' and tp.amount <> 0
                and t.action in ('charge', 'subscribe', 'subscription_charge', 'refund')), '[]') as receipts
      from purchases r
      join order_items i on i.id = r.order_item_id and i.site_id = r.site_id
      join orders o on o.id = r.order_id and o.site_id = r.site_id
      left join subscriptions u on u.purchase_id = r.id and u.site_id = r.site_id
     where r.customer_id = ${customerId} and r.site_id = ${siteId}
       and (${purchaseId ?? null}::bigint is null or r.id = ${purchaseId ?? null}::bigint)
     order by o.ordered_at desc, r.id desc`.execute(db)
  return rows.map(({ amount, subscription, receipts, ...purchase }) => ({
    ...purchase,
    amount: Number(amount),
    subscription: subscription && {
      ...subscription,
      trial_ends_at: date(subscription.trial_ends_at),
      period_end: date(subscription.period_end),
      cancel_at: date(subscription.cancel_at),
      ended_at: date(subscription.ended_at),
    },
    receipts: receipts.map((each) => ({ ...each, occurred_at: new Date(each.occurred_at) })),
  }))
}

type Written<T> = {
  [K in keyof T]: T[K] extends Date ? string : T[K] extends Date | null ? string | null : T[K]
}

interface Row extends Omit<OwnPurchase, 'amount' | 'subscription' | 'receipts'> {
  amount: string
  subscription: Written<OwnSubscription> | null
  receipts: Written<OwnPayment>[]
}

/** Whether the members of a site may cancel their subscriptions themselves. */
export async function mayCancel(db: Db, siteId: string): Promise<boolean> {
  const site = await db
    .selectFrom('sites')
    .select('members_may_cancel')
    .where('id', '=', siteId)
    .executeTakeFirstOrThrow()
  return site.members_may_cancel
}

/** A payment of a customer with what it was for. */
export interface Receipt extends OwnPayment {
  tax: number
  order_number: string | null
  /** What was paid back of it; positive. */
  refunded: number
  /** Of a renewal. */
  period_start: Date | null
  period_end: Date | null
  lines: { title: string; quantity: number; amount: number }[]
}

/** The receipt of a payment or refund of a customer; null when there is none. */
export async function readReceipt(
  db: Db,
  { siteId, customerId }: { siteId: string; customerId: string },
  transactionId: string,
): Promise<Receipt | null> {
  if (!isId(transactionId)) return null
  const { rows } = await sql<
    Omit<Receipt, 'amount' | 'tax' | 'refunded'> & Record<'amount' | 'tax' | 'refunded', string>
  >`
    select t.id, t.amount, t.tax, t.currency, t.occurred_at, t.period_start, t.period_end,
           (select min(o.number) from transaction_purchases tp
              join purchases p on p.id = tp.purchase_id and p.site_id = tp.site_id
              join orders o on o.id = p.order_id and o.site_id = p.site_id
             where tp.transaction_id = t.id and tp.site_id = t.site_id) as order_number,
           coalesce((select -sum(b.amount) from transactions b
                      where b.parent_id = t.id and b.site_id = t.site_id and b.action = 'refund'
                        and b.state = 'succeeded'), 0) as refunded,
           (select coalesce(json_agg(json_build_object('title', i.title, 'quantity', i.quantity, 'amount', tp.amount)
                                     order by p.id), '[]')
              from transaction_purchases tp
              join purchases p on p.id = tp.purchase_id and p.site_id = tp.site_id
              join order_items i on i.id = p.order_item_id and i.site_id = p.site_id
             where tp.transaction_id = t.id and tp.site_id = t.site_id) as lines
      from transactions t
     where t.id = ${transactionId} and t.site_id = ${siteId} and t.customer_id = ${customerId}
       and t.state = 'succeeded' and t.amount <> 0
       and t.action in ('charge', 'subscribe', 'subscription_charge', 'refund')`.execute(db)
  const [row] = rows
  if (!row) return null
  return { ...row, amount: Number(row.amount), tax: Number(row.tax), refunded: Number(row.refunded) }
}
