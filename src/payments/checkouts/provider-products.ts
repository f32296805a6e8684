import type Stripe from 'stripe'
import type { App } from '../../platform/app.ts'
import type { ProviderAccount } from '../accounts/provider-account.ts'

/** The product of a provider that an offer is, made when it is sold there for the first time. @throws Stripe's errors */
export async function ensureProduct(
  { db }: App,
  client: Stripe,
  { site_id, id, token }: Pick<ProviderAccount, 'site_id' | 'id' | 'token'>,
  offer: { id: string; title: string },
): Promise<string> {
  const known = await db
    .selectFrom('offer_provider_products')
    .select('reference')
    .where('offer_id', '=', offer.id)
    .where('provider_account_id', '=', id)
    .where('site_id', '=', site_id)
    .executeTakeFirst()
  if (known) return known.reference
  const made = await client.products.create(
    { name: offer.title, metadata: { bestow_offer: offer.id } },
    { idempotencyKey: `bestow-product-${token}-${offer.id}-${offer.title}`.slice(0, 255) },
  )
  await db
    .insertInto('offer_provider_products')
    .values({ site_id, offer_id: offer.id, provider_account_id: id, reference: made.id })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return made.id
}
