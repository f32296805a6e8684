import type { App } from '../../platform/app.ts'
import { inTransaction } from '../../platform/db/database.ts'
import type { OwnPurchase } from '../../sales/purchases/read-billing.ts'
import { isFinal } from '../../sales/subscriptions/save-subscription.ts'
import { openAccount, refusing } from '../at-provider.ts'
import { queueTask } from '../inbox/queue-task.ts'
import { readNow } from '../read-now.ts'

/** Whether its customer can end a subscription: one that a connected provider charges, and that will not end anyway. */
export const canEnd = ({ payment_type, status, subscription }: OwnPurchase): boolean =>
  payment_type === 'subscription' &&
  subscription?.reference != null &&
  subscription.provider_account_id !== null &&
  subscription.cancel_at === null &&
  !['paid', 'refunded', 'disputed'].includes(status) &&
  !isFinal(status as never)

/**
 * Ends a subscription when the period that is paid for is over: at the provider first, then here.
 *
 * @throws ApiError 422 with the reason of the provider; 503 when it is not reached: nothing has changed then
 */
export async function endAtPeriodEnd(
  app: App,
  siteId: string,
  { subscription }: Pick<OwnPurchase, 'subscription'>,
): Promise<void> {
  const { provider, provider_account_id, reference } = subscription!
  const at = { siteId, provider, accountId: provider_account_id! }
  const { account, client } = await openAccount(app, at)
  await refusing(() => client.subscriptions.update(reference!, { cancel_at: 'max_period_end' }))
  await readNow(app, account, 'subscription', reference!).catch(() =>
    // It has changed there, and is read as soon as that is possible.
    inTransaction(app.db, (tx) => queueTask(tx, account, 'read_subscription', reference!, app.clock.now())),
  )
}
