import { sql } from 'kysely'
import {
  boolean,
  derived,
  LIST_INDEX,
  nullableText,
  nullableTimestamp,
  oneOf,
  text,
  timestamp,
  toOne,
} from '../../platform/jsonapi/field-types.ts'
import { choice, writable } from '../../platform/jsonapi/fields.ts'
import { NullableText } from '../../platform/jsonapi/nullable.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'
import type { Records } from '../../platform/records/records.ts'
import { PROVIDERS, webhookPath } from './provider-account.ts'
import { assertNothingBilled, connectLater, disconnectLater, sealSecrets } from './save-account.ts'
import { secretKeyField, WEBHOOK_HINT, webhookSecretField } from './secret-fields.ts'

const STATUSES = ['connecting', 'connected', 'failed'] as const

const status = sql`case when r.problem is not null then 'failed' when r.connected_at is null then 'connecting'
                        else 'connected' end`

export const providerAccounts = defineResource({
  type: 'provider_accounts',
  singular: 'provider account',
  description:
    'An account at a payment provider that a site sells with: one for real money, and one for tests. Its secrets are stored encrypted and never shown.',
  from: sql`provider_accounts r`,
  where: sql`r.archived_at is null`,
  listed: LIST_INDEX,
  attributes: {
    provider: writable(text(), choice(PROVIDERS), { required: true, when: 'create' }),
    // Connecting takes a moment: the key is checked, and the webhook endpoint is created at the provider.
    status: text(status),
    problem: nullableText(),
    livemode: boolean(),
    account: nullableText(sql`r.provider_account`),
    account_name: nullableText(),
    secret_key: writable(text(sql`r.key_hint`), secretKeyField, { required: true }),
    // Left out, the webhook endpoint is created at the provider.
    webhook_secret: writable(
      {
        schema: NullableText(),
        select: sql`case when r.webhook_secret is not null then ${sql.lit(WEBHOOK_HINT)} end`,
      },
      webhookSecretField,
    ),
    webhook_url: derived<string>(
      text(sql`r.token`),
      (token, { baseUrl }) => `${baseUrl}${webhookPath(token)}`,
    ),
    connected_at: nullableTimestamp(),
    last_notification_at: nullableTimestamp(),
    created_at: timestamp(),
    updated_at: timestamp(),
  },
  relationships: { site: toOne('sites', sql`r.site_id`) },
  filters: { status: oneOf(status, STATUSES) },
  sorts: {},
  defaultSort: '-created_at',
  nearMisses: [
    [
      /^\/(?:v1\/)?(?:stripe|payment_providers|stripe_accounts)(\/.*)?$/,
      'Stripe is connected at /v1/provider_accounts.',
    ],
  ],
  examples: {
    provider: 'stripe',
    status: 'connected',
    problem: null,
    account: 'acct_1QJ8Yz2eZvKYlo2C',
    account_name: 'Northlight Studio',
    webhook_url: `https://members.example.com${webhookPath('Jc7wZb2')}`,
  },
})

export const providerAccountRecords: Records = {
  resource: providerAccounts,
  table: 'provider_accounts',
  ending: { column: 'archived_at', verb: 'remove' },
  unique: { provider_accounts_mode: 'secret_key' },
  complete: sealSecrets,
  afterCreate: connectLater,
  beforeEnd: assertNothingBilled,
  afterEnd: disconnectLater,
}
