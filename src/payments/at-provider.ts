import type Stripe from 'stripe'
import type { App } from '../platform/app.ts'
import { ApiError } from '../platform/jsonapi/errors.ts'
import type { AtProvider } from '../sales/provider.ts'
import { clientOf, type ProviderAccount } from './accounts/provider-account.ts'
import { connectedAccount } from './accounts/selling-account.ts'
import { explain, isRefused, isUnauthorized } from './stripe/errors.ts'

/** A connected account with its client. @throws ApiError 422 when the account is not connected any more */
export async function openAccount(
  app: App,
  { siteId, provider, accountId }: AtProvider,
): Promise<{ account: ProviderAccount; client: Stripe }> {
  const account = await connectedAccount(app.db, siteId, accountId)
  if (account) return { account, client: clientOf(app, account) }
  throw new ApiError(
    422,
    'provider_unavailable',
    `The account at ${provider} is not connected any more. Connect it again, or do this at the provider.`,
  )
}

/** @throws ApiError 422 with what Stripe says; 503 when Stripe cannot be reached */
export async function refusing<Result>(work: () => Promise<Result>): Promise<Result> {
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
