import type Stripe from 'stripe'
import type { App } from '../platform/app.ts'
import { ApiError } from '../platform/jsonapi/errors.ts'
import type { AtProvider, PaymentProvider } from '../sales/provider.ts'
import { clientOf } from './accounts/provider-account.ts'
import { toStripe } from './stripe/amounts.ts'
import { endSubscription } from './stripe/end-subscription.ts'
import { explain, isRefused, isUnauthorized } from './stripe/errors.ts'

/** What requests have Stripe do. It is done there before it is recorded here: a refusal changes nothing. */
export const stripeProvider: PaymentProvider = {
  async cancelSubscription(app, { reference, ...at }) {
    const client = await openAccount(app, at)
    await refusing(() => endSubscription(client, reference))
  },
  async refund(app, { chargeReference, amount, currency, key, ...at }) {
    const client = await openAccount(app, at)
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

/** @throws ApiError 422 when the account is not connected any more */
async function openAccount(app: App, { siteId, provider, accountId }: AtProvider): Promise<Stripe> {
  const account = await app.db
    .selectFrom('provider_accounts')
    .select('secret_key')
    .where('site_id', '=', siteId)
    .where('id', '=', accountId)
    .where('archived_at', 'is', null)
    .executeTakeFirst()
  if (account) return clientOf(app, account)
  throw new ApiError(
    422,
    'provider_unavailable',
    `The account at ${provider} is not connected any more. Connect it again, or do this at the provider.`,
  )
}

/** @throws ApiError 422 with what Stripe says; 503 when Stripe cannot be reached */
async function refusing<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (isRefused(error) || isUnauthorized(error))
      throw new ApiError(422, 'provider_refused', `Stripe refuses: ${explain(error)}`, { cause: error })
    throw new ApiError(
      503,
      'provider_unavailable',
      'Stripe could not be reached. Nothing was changed. Try again.',
      {
        cause: error,
        headers: { 'retry-after': '10' },
      },
    )
  }
}
