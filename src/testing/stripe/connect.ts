import { sql } from 'kysely'
import type { ProviderAccount } from '../../payments/accounts/provider-account.ts'
import type { Harness } from '../harness.ts'
import { startHarness } from '../harness.ts'
import type { ServerOptions } from '../test-server.ts'
import { type FakeStripe, startFakeStripe } from './fake-stripe.ts'
import { STRIPE_TEST_KEY } from './keys.ts'

export interface WithStripe extends Harness {
  stripe: FakeStripe
}

/** A server whose Stripe is a fake, to which nobody is connected yet. */
export async function startWithStripe(options: ServerOptions = {}): Promise<WithStripe> {
  const stripe = await startFakeStripe()
  const h = await startHarness({ ...options, settings: { STRIPE_API_URL: stripe.url, ...options.settings } })
  // Known only once the server listens; the fake delivers notifications there.
  h.app.publicUrl = h.url
  return {
    ...h,
    stripe,
    async close() {
      await h.close()
      await stripe.close()
    },
  }
}

/** Connects the only site of the account to the fake. */
export async function connectStripe(h: WithStripe, secret_key = STRIPE_TEST_KEY): Promise<ProviderAccount> {
  const attributes = { provider: 'stripe', secret_key }
  const { body } = await h.client.post('/v1/provider_accounts', {
    data: { type: 'provider_accounts', attributes },
  })
  await h.drain()
  const { rows } =
    await sql<ProviderAccount>`select * from provider_accounts where id = ${body.data.id}`.execute(h.app.db)
  return rows[0]!
}
