import type { PaymentProvider } from '../sales/provider.ts'
import { openAccount, refusing } from './at-provider.ts'
import { toStripe } from './stripe/amounts.ts'
import { endSubscription } from './stripe/end-subscription.ts'

/** What requests have Stripe do. It is done there before it is recorded here: a refusal changes nothing. */
export const stripeProvider: PaymentProvider = {
  async cancelSubscription(app, { reference, ...at }) {
    const { client } = await openAccount(app, at)
    await refusing(() => endSubscription(client, reference))
  },
  async refund(app, { chargeReference, amount, currency, key, ...at }) {
    const { client } = await openAccount(app, at)
    const refund = await refusing(() =>
      client.refunds.create(
        { charge: chargeReference, amount: toStripe(amount, currency) },
        { idempotencyKey: `bestow-refund-${at.siteId}-${key}` },
      ),
    )
    // One that waits counts as done: the money has left the account.
    const isFailed = refund.status === 'failed' || refund.status === 'canceled'
    return { reference: refund.id, state: isFailed ? 'failed' : 'succeeded' }
  },
}
