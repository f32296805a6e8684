/** What the demo site has sold in the last months. */
import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import type { Origin } from '../platform/events/events.ts'
import { withoutReactions } from '../platform/events/without-reactions.ts'
import { createRecord, type Writing } from '../platform/records/records.ts'
import { addInterval } from '../sales/add-interval.ts'
import { couponRecords } from '../sales/coupons/coupons.resource.ts'
import { createOrder } from '../sales/orders/create-orders.ts'
import { lockPurchase } from '../sales/purchases/lock-purchase.ts'
import { failPayment, renewPurchase } from '../sales/subscriptions/renew-purchase.ts'
import { refundPayment } from '../sales/transactions/refund-payment.ts'

export interface DemoSale {
  name: string
  email: string
  /** Title. */
  offer: string
  daysAgo: number
  /** What the code of the coupon takes off. */
  coupon?: { code: string; discount_in_cents: number }
  /** Payments that have succeeded, with the first one; left out: all that were due. */
  payments?: number
  /** The next payment failed. */
  hasFailed?: boolean
  /** In full. */
  refundedDaysAgo?: number
}

export const demoCoupon = { code: 'PAINT10', percent_off: 10, max_uses: 50 }

const emma = { name: 'Emma Fischer', email: 'emma.fischer@example.com' }
const farid = { name: 'Farid Haddad', email: 'farid.haddad@example.com' }
const jonas = { name: 'Jonas Berg', email: 'jonas.berg@example.com' }

export const demoSales: DemoSale[] = [
  { ...emma, offer: 'Studio Circle, Monthly', daysAgo: 168 },
  { ...farid, offer: 'Watercolour Basics', daysAgo: 121 },
  { name: 'Mei Lin', email: 'mei.lin@example.com', offer: 'Studio Bundle in Three Payments', daysAgo: 97 },
  {
    name: 'Hugo Martín',
    email: 'hugo.martin@example.com',
    offer: 'Studio Circle, Monthly',
    daysAgo: 71,
    payments: 2,
    hasFailed: true,
  },
  {
    name: 'Inês Costa',
    email: 'ines.costa@example.com',
    offer: 'Studio Bundle',
    daysAgo: 52,
    coupon: { code: demoCoupon.code, discount_in_cents: 1_990 },
  },
  { ...jonas, offer: 'Watercolour Basics', daysAgo: 33, refundedDaysAgo: 27 },
  { ...farid, offer: 'Studio Circle, Monthly', daysAgo: 19 },
  { ...jonas, offer: 'Studio Bundle in Three Payments', daysAgo: 12 },
  {
    name: 'Klára Novák',
    email: 'klara.novak@example.com',
    offer: 'Watercolour Basics',
    daysAgo: 2,
    coupon: { code: demoCoupon.code, discount_in_cents: 990 },
  },
]

const DAY = 86_400_000
/** So that not all are at the same time of day. */
const APART = 97 * 60_000

/** What is recorded at a time. */
interface Step {
  at: Date
  record: (origin: Origin) => Promise<unknown>
}

interface SoldOffer {
  id: string
  title: string
  isRecurring: boolean
  payments_total: number | null
}

/**
 * Records a coupon and the sales, one after the other as they happened. Nobody is notified: all of it is long past.
 *
 * @param openedAt before the first of them
 */
export async function makeSales(writing: Writing, siteId: string, openedAt: Date): Promise<void> {
  const { tx, now } = writing
  await createRecord(writing, couponRecords, { siteId, attributes: demoCoupon, createdAt: openedAt })
  const { rows } = await sql<SoldOffer>`
    select id, title, interval is not null as "isRecurring", payments_total from offers where site_id = ${siteId}`.execute(
    tx,
  )
  const steps = demoSales.flatMap((sale, index) => {
    const offer = rows.find(({ title }) => title === sale.offer)!
    return stepsOf(tx, siteId, sale, offer, new Date(now.getTime() - sale.daysAgo * DAY - index * APART), now)
  })
  steps.sort((one, other) => one.at.getTime() - other.at.getTime())
  await withoutReactions(tx, now, async () => {
    for (const { at, record } of steps) await record({ actor: 'demo', requestId: null, now: at })
  })
}

function stepsOf(
  tx: Tx,
  siteId: string,
  sale: DemoSale,
  { id: offer_id, isRecurring, payments_total }: SoldOffer,
  soldAt: Date,
  now: Date,
): Step[] {
  const { name, email, coupon, payments, hasFailed = false, refundedDaysAgo } = sale
  let orderId: string
  const purchase = async () => {
    const { rows } = await sql<{ id: string }>`
      select id from purchases where order_id = ${orderId} and site_id = ${siteId}`.execute(tx)
    return lockPurchase(tx, [siteId], rows[0]!.id)
  }
  const sold: Step = {
    at: soldAt,
    async record(origin) {
      const { code, discount_in_cents } = coupon ?? {}
      const item = { offer_id, ...(code && { coupon_code: code, discount_in_cents }) }
      const values = { name, email, provider: 'shop', items: [item] }
      const options = { send_customer_welcome_email: false }
      orderId = (await createOrder(tx, { siteId, values, customer: {}, options, origin })).id
    },
  }
  const due = isRecurring ? monthsAfter(soldAt, now) : []
  const renewals = due.slice(0, (payments ?? payments_total ?? Number.POSITIVE_INFINITY) - 1)
  const refundedAt = refundedDaysAgo === undefined ? [] : [new Date(now.getTime() - refundedDaysAgo * DAY)]
  return [
    sold,
    ...renewals.map((at) => ({
      at,
      record: async (origin: Origin) => renewPurchase(tx, await purchase(), {}, origin),
    })),
    ...due.slice(renewals.length, renewals.length + (hasFailed ? 1 : 0)).map((at) => ({
      at,
      record: async (origin: Origin) =>
        failPayment(tx, await purchase(), { failure: 'The card was declined.' }, origin),
    })),
    ...refundedAt.map((at) => ({
      at,
      record: (origin: Origin) =>
        refundPayment(tx, [siteId], { parent: 'orders', id: orderId }, {}, null, origin),
    })),
  ]
}

/** The times a month after the other that have come. */
function monthsAfter(time: Date, now: Date): Date[] {
  const due: Date[] = []
  for (let month = 1; ; month++) {
    const at = addInterval(time, 'month', month, 'UTC')
    if (at > now) return due
    due.push(at)
  }
}
