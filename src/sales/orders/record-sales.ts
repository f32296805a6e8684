import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import type { Origin } from '../../platform/events/events.ts'
import { originRow } from '../../platform/events/origin-row.ts'
import type { Interval, PaymentType, SubscriptionStatus, TransactionState } from '../states.ts'

/** Whole numbers of the smallest unit of the currency: total = subtotal - discount + tax. */
export interface Amounts {
  subtotal: number
  discount: number
  tax: number
  total: number
}

/** What an item of the types subscription and multipay pays for again and again. */
export interface SoldSubscription {
  /** Of the subscription, and of the plan that ends it, at the provider. */
  reference: string | null
  schedule_reference?: string | null
  status: SubscriptionStatus
  /** Of the next payment, with tax and less discounts, and the tax in it. */
  amount: number
  tax: number
  interval: Interval
  interval_count: number
  payments_total: number | null
  trial_ends_at: Date | null
  period_start: Date | null
  period_end: Date | null
  cancel_at?: Date | null
}

export interface SoldItem extends Amounts {
  offer_id: string
  quantity: number
  payment_type: PaymentType
  /** Of each regular payment, with tax: of a single one, the total. */
  amount: number
  coupon_code: string | null
  subscription: SoldSubscription | null
}

/** How a payment went, and what the provider took and paid out. */
export interface PaymentResult {
  state: TransactionState
  /** Of the charge at the provider. */
  reference: string | null
  fee?: number | null
  settlement_amount?: number | null
  settlement_fee?: number | null
  settlement_currency?: string | null
  /** Why it failed. */
  failure?: string | null
}

export interface Sale {
  siteId: string
  contactId: string
  origin: Origin
  /** false: no welcome e-mail is sent when the contact becomes a customer. */
  send_customer_welcome_email?: boolean
  provider: string
  /** Decides that a sale is recorded once; null: it is a new one in any case. */
  reference: string | null
  provider_account_id?: string | null
  is_test?: boolean
  currency: string
  ordered_at: Date
  opt_in?: boolean
  extra?: object
  source?: string | null
  referrer?: string | null
  cardholder_name?: string | null
  billing_address_zip?: string | null
  items: SoldItem[]
  /** Null: there is nothing to pay yet, as during a trial. Otherwise access is given when it has succeeded. */
  payment: PaymentResult | null
  ticket?: string
}

export type SaleOutcome =
  | { error: 'subject_not_found' | 'offer_not_found' | 'email_taken'; unknownOfferId: string | null }
  | { error: null; orderId: string; customerId: string; isNew: boolean }

/**
 * Records sales; see record_orders.sql. Idempotent by provider and reference: an order that waits for its payment goes
 * on when the payment has succeeded or failed, and one that is complete stays as it is.
 *
 * @param sales no contact and no reference twice
 * @returns the outcomes, in the order of the sales
 */
export async function recordSales(tx: Tx, sales: Sale[], now: Date): Promise<SaleOutcome[]> {
  const { rows } = await sql<OutcomeRow>`
    select * from record_orders(${JSON.stringify(sales.map(rowOf))}::jsonb, ${now}::timestamptz)`.execute(tx)
  return rows.map(({ error, unknown_offer_id, order_id, customer_id, is_new }) =>
    error === null
      ? { error, orderId: order_id!, customerId: customer_id!, isNew: is_new }
      : { error, unknownOfferId: unknown_offer_id },
  )
}

interface OutcomeRow {
  error: 'subject_not_found' | 'offer_not_found' | 'email_taken' | null
  unknown_offer_id: string | null
  order_id: string | null
  customer_id: string | null
  is_new: boolean
}

function rowOf(sale: Sale, index: number) {
  const { siteId, contactId, origin, send_customer_welcome_email, items, ...columns } = sale
  return {
    is_test: false,
    opt_in: false,
    extra: {},
    ...columns,
    ...totalOf(items),
    place: index + 1,
    site_id: siteId,
    contact_id: contactId,
    options: { ...originRow(origin), send_customer_welcome_email },
    gives_access: sale.payment === null || sale.payment.state === 'succeeded',
    items,
  }
}

/** What the items add up to. */
export const totalOf = (items: Amounts[]): Amounts => ({
  subtotal: sum(items, 'subtotal'),
  discount: sum(items, 'discount'),
  tax: sum(items, 'tax'),
  total: sum(items, 'total'),
})

const sum = (items: Amounts[], name: keyof Amounts) => items.reduce((total, item) => total + item[name], 0)
