import type { App } from '../../platform/app.ts'
import { inTransaction, type Tx } from '../../platform/db/database.ts'
import type { Origin } from '../../platform/events/events.ts'
import { ApiError } from '../../platform/jsonapi/errors.ts'
import type { PaymentProvider } from '../provider.ts'
import { type LockedPurchase, lockPurchase } from '../purchases/lock-purchase.ts'
import { isFinal, saveSubscription } from './save-subscription.ts'

/**
 * Has a connected provider end the subscription of a purchase, before it is recorded. Where no provider takes part, and
 * where it has ended already, nothing is asked.
 *
 * @throws ApiError 404; 422 for a purchase without a subscription, and when the provider refuses: nothing has changed then
 */
export async function cancelAtProvider(
  app: App,
  siteIds: string[],
  purchaseId: string,
  provider: PaymentProvider,
): Promise<void> {
  const { site_id: siteId, subscription } = withSubscription(
    await inTransaction(app.db, (tx) => lockPurchase(tx, siteIds, purchaseId)),
  )
  const { provider_account_id: accountId, reference, schedule_reference: scheduleReference } = subscription
  if (accountId === null || reference === null || isFinal(subscription.status)) return
  await provider.cancelSubscription(app, {
    siteId,
    provider: subscription.provider,
    accountId,
    reference,
    scheduleReference,
  })
}

/** Ends the subscription of a locked purchase, and access with it. One that has ended stays as it is. */
export async function cancelSubscription(tx: Tx, purchase: LockedPurchase, origin: Origin): Promise<void> {
  const { subscription } = withSubscription(purchase)
  if (!isFinal(subscription.status)) await saveSubscription(tx, purchase, { status: 'canceled' }, origin)
}

function withSubscription(purchase: LockedPurchase) {
  const { subscription } = purchase
  if (subscription) return { ...purchase, subscription }
  throw new ApiError(
    422,
    'no_subscription',
    `The purchase ${purchase.id} has no subscription. Deactivate the purchase to end access.`,
  )
}
