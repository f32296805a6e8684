import type { Tx } from '../../platform/db/database.ts'
import { type Origin, recordEvent } from '../../platform/events/events.ts'
import { eventReferences } from '../event-references.ts'
import type { LockedPurchase } from '../purchases/lock-purchase.ts'
import { settlePurchases } from '../settle/settle-purchases.ts'
import { type SavedTransaction, saveTransaction, type TransactionFacts } from './save-transaction.ts'

/** A payment of a subscription or of a payment plan, or an attempt at one. */
export interface SubscriptionPayment extends TransactionFacts {
  /** `subscribe`: the first one. */
  action: 'subscribe' | 'subscription_charge'
  provider: string
  /** Of the charge; of an attempt that failed, of the attempt. Null: it is a new one in any case. */
  reference: string | null
  provider_account_id: string | null
  /** In the currency of the purchase. */
  amount: number
  tax: number
  /** What is paid for. */
  period_start: Date | null
  period_end: Date | null
}

/**
 * Records a payment of a locked purchase, or that one failed. Idempotent by provider and reference. What it means for
 * the subscription, the caller says: see save-subscription.ts.
 */
export async function recordPayment(
  tx: Tx,
  purchase: LockedPurchase,
  payment: SubscriptionPayment,
  origin: Origin,
): Promise<SavedTransaction> {
  const { site_id: siteId, id, subscription } = purchase
  // A renewal belongs to no order.
  const orderId = payment.action === 'subscribe' ? purchase.order_id : null
  const saved = await saveTransaction(
    tx,
    siteId,
    {
      ...payment,
      customer_id: purchase.customer_id,
      order_id: orderId,
      subscription_id: subscription?.id ?? null,
      offer_id: purchase.offer_id,
      payment_type: purchase.payment_type === 'multipay' ? 'multipay' : 'subscription',
      is_test: purchase.is_test,
      currency: purchase.currency,
    },
    [{ purchase_id: id, amount: payment.amount, tax: payment.tax }],
    origin.now,
  )
  if (saved.state === saved.previousState) return saved
  if (saved.state !== 'initialized' && payment.amount > 0)
    await recordEvent(
      tx,
      saved.state === 'succeeded' ? 'payment_succeeded' : 'payment_failed',
      eventReferences(purchase),
      { transaction_id: saved.id, order_id: orderId, purchase_ids: [id] },
      origin,
    )
  await settlePurchases(tx, siteId, [id], origin)
  return saved
}
