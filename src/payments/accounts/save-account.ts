/** What connecting, changing and disconnecting a provider account does besides its row. */
import { sql } from 'kysely'
import { ApiError } from '../../platform/jsonapi/errors.ts'
import { invalidAttribute, type Values } from '../../platform/jsonapi/read-attributes.ts'
import type { Row } from '../../platform/jsonapi/resource.ts'
import type { Writing } from '../../platform/records/records.ts'
import { randomSecret } from '../../platform/secrets/secrets.ts'
import { queueTask } from '../inbox/queue-task.ts'
import type { ProviderAccount } from './provider-account.ts'
import { hintOf, isHint, isLive, WEBHOOK_HINT } from './secret-fields.ts'

/** How long notifications that are signed with a replaced secret are accepted. */
const PREVIOUS_SECRET_MS = 24 * 3_600_000

interface Secrets {
  provider?: string
  secret_key?: string
  webhook_secret?: string | null
}

/**
 * Seals the secrets of a request. What is shown in their place, sent back, changes nothing.
 *
 * @throws ApiError 422 for a key of the other mode, whose sales would be mixed with those of this one
 */
export async function sealSecrets(values: Values, row: Row | null, writing: Writing): Promise<Values> {
  const { provider, secret_key, webhook_secret } = values as Secrets
  const account = row as ProviderAccount | null
  const columns = {
    ...(provider !== undefined && { provider }),
    ...(secret_key !== undefined && keyColumns(secret_key, account, writing)),
    ...(webhook_secret !== undefined && webhookColumns(webhook_secret, account, writing)),
  }
  if (!account) return { ...columns, token: randomSecret() }
  if (Object.keys(columns).length > 0)
    await queueTask(writing.tx, account, 'connect', account.id, writing.now)
  return columns
}

function keyColumns(key: string, account: ProviderAccount | null, { app }: Writing): Values {
  if (isHint(key)) {
    if (key === account?.key_hint) return {}
    throw invalidAttribute('secret_key', 'invalid', 'must be the whole key')
  }
  if (account && isLive(key) !== account.livemode)
    throw invalidAttribute(
      'secret_key',
      'other_mode',
      `must be a ${account.livemode ? 'live' : 'test'} key. Create another provider account for the other mode`,
    )
  return { secret_key: app.sealer.seal(key), key_hint: hintOf(key), livemode: isLive(key), problem: null }
}

function webhookColumns(
  secret: string | null,
  account: ProviderAccount | null,
  { app, now }: Writing,
): Values {
  if (isHint(secret)) {
    if (secret === WEBHOOK_HINT && account?.webhook_secret) return {}
    throw invalidAttribute('webhook_secret', 'invalid', 'must be the whole secret')
  }
  return {
    webhook_secret: secret && app.sealer.seal(secret),
    problem: null,
    ...(account?.webhook_secret && {
      previous_webhook_secret: account.webhook_secret,
      previous_webhook_secret_until: new Date(now.getTime() + PREVIOUS_SECRET_MS),
    }),
  }
}

/** The key is checked and the webhook endpoint created soon after the request. */
export const connectLater = async (row: Row, _: Values, { tx, now }: Writing): Promise<void> =>
  queueTask(tx, row as ProviderAccount, 'connect', row.id, now)

/** Members would go on paying, and nobody would hear of it. @throws ApiError 422 while subscriptions are paid through it */
export async function assertNothingBilled(row: Row, { tx }: Writing): Promise<void> {
  const { rows } = await sql`
    select from provider_objects
     where provider_account_id = ${row.id} and site_id = ${row.site_id} and live_seen_at is not null limit 1`.execute(
    tx,
  )
  if (rows.length === 0) return
  throw new ApiError(
    422,
    'subscriptions_active',
    `Subscriptions are still being paid through the provider account ${row.id}. Cancel them first.`,
  )
}

/** The webhook endpoint is removed at the provider soon after the request. */
export const disconnectLater = async (row: Row, { tx, now }: Writing): Promise<void> =>
  queueTask(tx, row as ProviderAccount, 'disconnect', row.id, now)
