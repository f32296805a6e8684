import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import Stripe from 'stripe'
import type { App } from '../../platform/app.ts'
import type { Tx } from '../../platform/db/database.ts'
import { explain, isMissing, isRefused, isUnauthorized } from '../stripe/errors.ts'
import { EVENT_TYPES } from '../stripe/event-types.ts'
import { clientOf, type ProviderAccount, webhookPath } from './provider-account.ts'

interface Connected {
  provider_account?: string
  account_name?: string | null
  webhook_endpoint?: string
  webhook_secret?: string
  connected_at?: Date
  problem: string | null
}

/**
 * Checks the key of an account, and has the provider send notifications. What its owner must correct is recorded as
 * the problem of the account; anything else is thrown, and tried again.
 *
 * @returns writes it down
 */
export async function connectAccount(app: App, account: ProviderAccount): Promise<(tx: Tx) => Promise<void>> {
  const columns = await tryToConnect(app, account).catch((error) => {
    if (isUnauthorized(error) || isRefused(error)) return { problem: problemOf(app, error) }
    throw error
  })
  return (tx) => save(tx, app, account, columns)
}

async function tryToConnect(app: App, account: ProviderAccount): Promise<Connected> {
  const client = clientOf(app, account)
  const { id, business_profile, settings } = await client.accounts.retrieveCurrent()
  if (account.provider_account !== null && account.provider_account !== id)
    return {
      problem: `The key is one of the account ${id}, and this is ${account.provider_account}. Disconnect it, and connect the other one.`,
    }
  const name = business_profile?.name ?? settings?.dashboard?.display_name ?? null
  return {
    provider_account: id,
    account_name: name,
    ...(await openWebhook(app, client, account)),
    connected_at: account.connected_at ?? app.clock.now(),
    problem: null,
  }
}

/** Creates the webhook endpoint, or brings the one that was created up to date; none where the owner gave a secret. */
async function openWebhook(
  app: App,
  client: Stripe,
  account: ProviderAccount,
): Promise<Pick<Connected, 'webhook_endpoint' | 'webhook_secret'>> {
  const enabled_events = [...EVENT_TYPES]
  const url = app.publicUrl + webhookPath(account.token)
  if (account.webhook_endpoint !== null && account.webhook_secret !== null) {
    const updated = await client.webhookEndpoints
      .update(account.webhook_endpoint, { url, enabled_events })
      .catch((error) => {
        if (isMissing(error)) return null
        throw error
      })
    if (updated) return {}
  } else if (account.webhook_secret !== null) return {}
  const made = await client.webhookEndpoints.create(
    {
      url,
      enabled_events,
      api_version: Stripe.API_VERSION,
      description: 'Bestow: records sales and gives access to what was bought.',
    },
    { idempotencyKey: endpointKey(account, url) },
  )
  return { webhook_endpoint: made.id, webhook_secret: app.sealer.seal(made.secret!) }
}

/** The same while nothing was recorded, so that an attempt that was interrupted leaves no second endpoint. */
const endpointKey = ({ token, webhook_endpoint }: ProviderAccount, url: string): string =>
  createHash('sha256').update([token, webhook_endpoint, url].join()).digest('hex')

function problemOf({ publicUrl }: App, error: unknown): string {
  const said = explain(error)
  if ((error as Stripe.errors.StripeError).param !== 'url') return said
  return `${said} The provider cannot send notifications to ${publicUrl}. Forward them, for example with "stripe listen", and enter the signing secret that it prints as webhook_secret.`
}

async function save(tx: Tx, app: App, account: ProviderAccount, columns: Connected): Promise<void> {
  await tx
    .updateTable('provider_accounts')
    .set({
      ...columns,
      // Events are asked for from now on.
      ...(columns.connected_at && { polled_at: sql`coalesce(polled_at, clock_timestamp())` }),
      updated_at: app.clock.now(),
    })
    .where('site_id', '=', account.site_id)
    .where('id', '=', account.id)
    // Another key was entered meanwhile: it is checked next.
    .where('secret_key', '=', account.secret_key)
    .execute()
}

/** Removes the webhook endpoint; nothing is left to do where there is none, or where the key is not accepted. */
export async function removeWebhook(app: App, account: ProviderAccount): Promise<void> {
  if (account.webhook_endpoint === null) return
  try {
    await clientOf(app, account).webhookEndpoints.del(account.webhook_endpoint)
  } catch (error) {
    if (!isMissing(error) && !isUnauthorized(error)) throw error
  }
}

/** Has the provider send a notification: one that a customer, made for it, was deleted. */
export async function provokeNotification(app: App, account: ProviderAccount): Promise<void> {
  const client = clientOf(app, account)
  const { id } = await client.customers.create({ description: 'Test of the webhook of Bestow' })
  await client.customers.del(id)
}
