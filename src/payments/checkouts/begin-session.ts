import type Stripe from 'stripe'
import type { App } from '../../platform/app.ts'
import { inTransaction } from '../../platform/db/database.ts'
import { clientOf, type ProviderAccount } from '../accounts/provider-account.ts'
import { createSession } from '../stripe/create-session.ts'
import { ensureCoupon } from '../stripe/ensure-coupon.ts'
import { isMissing } from '../stripe/errors.ts'
import type { Checkout } from './find-checkout.ts'
import { noteGone, providerCustomerOf } from './provider-customers.ts'
import { ensureProduct } from './provider-products.ts'

/** Where the provider leads people back to. */
export interface ReturnAddresses {
  success: (token: string) => string
  cancel: string
}

/**
 * Begins a checkout at the provider, and notes the session. Everything that decides it stands in the row, so that whoever
 * repeats it gets the same session.
 *
 * @returns the address of the page where it is paid; null when the checkout was ended meanwhile
 * @throws Stripe's errors
 */
export async function beginSession(
  app: App,
  account: ProviderAccount,
  checkout: Checkout,
  addresses: ReturnAddresses,
): Promise<string | null> {
  const client = clientOf(app, account)
  const { snapshot, offer_id } = checkout
  const product = await ensureProduct(app, client, account, { id: offer_id, title: snapshot.title })
  const coupon = await ensureCoupon(client, account.site_id, snapshot)
  const session = await create(app, account, client, checkout, (attempt, customer) => ({
    token: checkout.token,
    attempt,
    snapshot,
    product,
    coupon,
    customer,
    email: checkout.email,
    language: checkout.language,
    successUrl: addresses.success(checkout.token),
    cancelUrl: addresses.cancel,
    expiresAt: checkout.expires_at,
  }))
  const noted = await app.db
    .updateTable('checkouts')
    .set({ session_id: session.id, session_url: session.url, updated_at: app.clock.now() })
    .where('id', '=', checkout.id)
    .where('site_id', '=', checkout.site_id)
    .where('state', '=', 'open')
    .returning('id')
    .executeTakeFirst()
  return noted ? session.url : null
}

type SessionParameters = Parameters<typeof createSession>[1]

/** Once more without the customer, when they were deleted at the provider: as another attempt, which has a key of its own. */
async function create(
  app: App,
  account: ProviderAccount,
  client: Stripe,
  { id, site_id, attempt, customer_id }: Checkout,
  parameters: (attempt: number, customer: string | null) => SessionParameters,
): Promise<Stripe.Checkout.Session> {
  const customer = await providerCustomerOf(app.db, account, customer_id)
  try {
    return await createSession(client, parameters(attempt, customer))
  } catch (error) {
    if (customer === null || !isMissing(error, 'customer')) throw error
    await inTransaction(app.db, async (tx) => {
      await noteGone(tx, account, customer, app.clock.now())
      await tx
        .updateTable('checkouts')
        .set({ attempt: attempt + 1 })
        .where('id', '=', id)
        .where('site_id', '=', site_id)
        .where('attempt', '=', attempt)
        .execute()
    })
    return createSession(client, parameters(attempt + 1, null))
  }
}
