/** For tests: sales, as they are recorded without a request. */
import type { App } from '../platform/app.ts'
import { inTransaction, type Tx } from '../platform/db/database.ts'
import type { Origin } from '../platform/events/events.ts'
import { recordSales, type Sale, type SoldItem } from '../sales/orders/record-sales.ts'
import type { PaymentType } from '../sales/states.ts'

export const originAt = (app: App): Origin => ({ actor: 'system', requestId: null, now: app.clock.now() })

export const inTx = <Result>(app: App, work: (tx: Tx) => Promise<Result>): Promise<Result> =>
  inTransaction(app.db, work)

/** An item without discount and tax; of a subscription, with the first month paid. */
export function itemOf(
  app: App,
  offerId: string,
  total: number,
  payment_type: PaymentType = total === 0 ? 'free' : 'single',
  paymentsTotal: number | null = null,
): SoldItem {
  const now = app.clock.now()
  const isRecurring = payment_type === 'subscription' || payment_type === 'multipay'
  return {
    offer_id: offerId,
    quantity: 1,
    subtotal: total,
    discount: 0,
    tax: 0,
    total,
    payment_type,
    amount: total,
    coupon_code: null,
    subscription: isRecurring
      ? {
          reference: null,
          status: 'active',
          amount: total,
          tax: 0,
          interval: 'month',
          interval_count: 1,
          payments_total: paymentsTotal,
          trial_ends_at: null,
          period_start: now,
          period_end: new Date(now.getTime() + 30 * 86_400_000),
        }
      : null,
  }
}

export interface RecordedSale {
  orderId: string
  customerId: string
  isNew: boolean
  purchaseIds: string[]
  transactionId: string | null
}

/** Records a sale that is paid, unless `given` says otherwise. */
export async function sell(
  app: App,
  siteId: string,
  contactId: string,
  items: SoldItem[],
  given: Partial<Sale> = {},
): Promise<RecordedSale> {
  const origin = originAt(app)
  const sale: Sale = {
    siteId,
    contactId,
    origin,
    provider: 'manual',
    reference: null,
    currency: 'USD',
    ordered_at: origin.now,
    items,
    payment: { state: 'succeeded', reference: null },
    ...given,
  }
  return inTx(app, async (tx) => {
    const [outcome] = await recordSales(tx, [sale], origin.now)
    if (outcome!.error !== null) throw new Error(outcome!.error)
    const { orderId } = outcome!
    const purchases = await tx
      .selectFrom('purchases')
      .select('id')
      .where('order_id', '=', orderId)
      .orderBy('id')
      .execute()
    const transaction = await tx
      .selectFrom('transactions')
      .select('id')
      .where('order_id', '=', orderId)
      .where('parent_id', 'is', null)
      .executeTakeFirst()
    return { ...outcome!, purchaseIds: purchases.map(({ id }) => id), transactionId: transaction?.id ?? null }
  })
}
