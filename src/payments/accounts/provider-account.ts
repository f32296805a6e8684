import type { Selectable } from 'kysely'
import type Stripe from 'stripe'
import type { App } from '../../platform/app.ts'
import type { ProviderAccounts } from '../../platform/db/types.ts'
import { stripeClient } from '../stripe/client.ts'

export const PROVIDERS = ['stripe'] as const

/** The row of a connected account. */
export type ProviderAccount = Selectable<ProviderAccounts>

/** The path at which the provider's notifications for an account arrive. */
export const webhookPath = (token: string): string => `/webhooks/stripe/${token}`

/** A client of the provider's API with the key of the account. */
export const clientOf = (app: App, { secret_key }: Pick<ProviderAccount, 'secret_key'>): Stripe =>
  stripeClient(app.config, app.sealer.unseal(secret_key))
