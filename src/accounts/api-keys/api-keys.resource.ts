import { sql } from 'kysely'
import { Type } from 'typebox'
import {
  nullableText,
  nullableTimestamp,
  related,
  text,
  timestamp,
  toOne,
} from '../../platform/jsonapi/field-types.ts'
import { line, writable } from '../../platform/jsonapi/fields.ts'
import { type Attribute, defineResource, type Scope } from '../../platform/jsonapi/resource.ts'
import { singleSchema } from '../../platform/jsonapi/schemas.ts'
import { DELETED } from '../../platform/records/lock-one.ts'
import type { Records } from '../../platform/records/records.ts'
import { permissionList, permissionsAttribute } from '../permission-lists.ts'
import { completeKey, prepareEnd } from './save-api-key.ts'

/** Sign-ins with the current secret whose tokens can be used or refreshed. */
const activeTokens: Attribute = {
  schema: Type.Integer(),
  select: ({ now }: Scope) => sql`(
    select count(*) from token_families f
     where f.api_key_id = r.id and f.epoch = r.epoch and f.revoked_at is null and f.expires_at > ${now})::int`,
}

export const apiKeys = defineResource({
  type: 'api_keys',
  singular: 'API key',
  description:
    'Credentials of a program, with which it gets access tokens. It may do what both its `permissions` and the role of its user permit; `permissions` null: all.',
  isOfAccount: true,
  from: sql`api_keys r left join api_key_uses u on u.api_key_id = r.id`,
  where: sql`r.deleted_at is null`,
  attributes: {
    name: writable(text(), line(), { required: true }),
    client_id: text(),
    permissions: writable(permissionsAttribute(), permissionList, { required: true }),
    active_tokens: activeTokens,
    // At most a minute late.
    last_used_at: nullableTimestamp(sql`u.used_at`),
    last_used_from: nullableText(sql`u.used_from`),
    rotated_at: nullableTimestamp(),
    created_at: timestamp(),
    updated_at: timestamp(),
  },
  relationships: { user: toOne('users', sql`r.user_id`) },
  filters: { user_id: related(sql`r.user_id`, 'users', 'Of this user') },
  filterable: { name: 'text', client_id: 'text' },
  sorts: { name: sql`r.name`, last_used_at: sql`u.used_at` },
  defaultSort: '-created_at',
  examples: {
    name: 'Shop',
    client_id: '5f0c2a9be1d34f7a86b0c1d2',
    permissions: ['view:contacts', 'manage:contacts', 'manage:grants'],
    active_tokens: 2,
    last_used_from: '203.0.113.7',
  },
  nearMisses: [[/^\/(?:v1\/)?(?:keys|tokens)(\/.*)?$/, 'API keys are at /v1/api_keys.']],
})

export const apiKeyRecords: Records = {
  resource: apiKeys,
  table: 'api_keys',
  ending: DELETED,
  complete: completeKey,
  beforeEnd: prepareEnd,
}

/** The document of one whose secret is new, and is shown this once. */
export const ApiKeyWithSecret = singleSchema(
  { ...apiKeys, attributes: { ...apiKeys.attributes, client_secret: text() } },
  'ApiKeyWithSecret',
)
