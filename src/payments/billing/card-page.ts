import type Stripe from 'stripe'
import type { App } from '../../platform/app.ts'
import type { OwnSubscription } from '../../sales/purchases/read-billing.ts'
import type { ProviderAccount } from '../accounts/provider-account.ts'
import { openAccount, refusing } from '../at-provider.ts'
import { isMissing } from '../stripe/errors.ts'
import { idOf } from '../stripe/references.ts'

/**
 * A page of the provider on which whoever pays for a subscription enters another card, and nothing else.
 *
 * @param returnUrl to which it leads back
 * @returns its address, for this customer and a few minutes
 * @throws ApiError 422 with the reason of the provider; 503 when it is not reached
 */
export async function cardPage(
  app: App,
  siteId: string,
  { provider, provider_account_id, reference }: OwnSubscription,
  returnUrl: string,
): Promise<string> {
  const { account, client } = await openAccount(app, { siteId, provider, accountId: provider_account_id! })
  return refusing(async () => {
    const { customer } = await client.subscriptions.retrieve(reference!)
    const open = (configuration: string) =>
      client.billingPortal.sessions.create({
        customer: idOf(customer),
        configuration,
        return_url: returnUrl,
        flow_data: { type: 'payment_method_update' },
      })
    const known = account.portal_configuration
    const session = await open(known ?? (await configure(app, client, account))).catch(async (error) => {
      // It was deleted at the provider.
      if (known === null || !isMissing(error, 'configuration')) throw error
      return open(await configure(app, client, account))
    })
    return session.url
  })
}

/** Of our own, so that nothing but cards and invoices is on the page, whatever the owner allows elsewhere. */
async function configure(app: App, client: Stripe, account: ProviderAccount): Promise<string> {
  const { id } = await client.billingPortal.configurations.create(
    {
      features: { payment_method_update: { enabled: true }, invoice_history: { enabled: true } },
      metadata: { bestow: 'billing' },
    },
    { idempotencyKey: `bestow-portal-${account.token}-${account.portal_configuration ?? 'first'}` },
  )
  await app.db
    .updateTable('provider_accounts')
    .set({ portal_configuration: id })
    .where('id', '=', account.id)
    .where('site_id', '=', account.site_id)
    .execute()
  return id
}
