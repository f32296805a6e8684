import { sql } from 'kysely'
import { Type } from 'typebox'
import {
  boolean,
  derived,
  extension,
  LIST_INDEX,
  nullableText,
  nullableTimestamp,
  oneOf,
  text,
  timestamp,
  toOne,
} from '../platform/jsonapi/field-types.ts'
import { flag, idField, writable } from '../platform/jsonapi/fields.ts'
import { defineResource } from '../platform/jsonapi/resource.ts'
import { singleSchema } from '../platform/jsonapi/schemas.ts'
import { DELETED } from '../platform/records/lock-one.ts'
import type { Records } from '../platform/records/records.ts'
import { eventField, targetField } from './hook-attributes.ts'
import { hookEvents } from './hook-events.ts'
import { completeHook, endDeliveries } from './save-hook.ts'

export const hooks = defineResource({
  type: 'hooks',
  singular: 'hook',
  description: 'A webhook subscription: a POST to `target_url` for each `event`, of one resource or of all.',
  from: sql`hooks r`,
  where: sql`r.deleted_at is null`,
  listed: LIST_INDEX,
  attributes: {
    event: writable(text(), eventField, { required: true, when: 'create' }),
    target_url: writable(text(), targetField, { required: true }),
    // The offer, tag or form that it is confined to.
    resource_id: writable(
      derived<string | null>({ schema: Type.Unsafe<number | null>({ type: ['integer', 'null'] }) }, (id) =>
        id === null ? null : Number(id),
      ),
      idField,
    ),
    enabled: writable(extension(boolean(sql`r.disabled_at is null`)), flag, { when: 'update' }),
    disabled_at: extension(nullableTimestamp()),
    disabled_reason: extension(nullableText()),
    failing_since: extension(nullableTimestamp()),
    created_at: timestamp(),
    updated_at: timestamp(),
  },
  relationships: { site: toOne('sites', sql`r.site_id`) },
  filters: {
    event_eq: oneOf(sql`r.event`, hookEvents),
  },
  sorts: {},
  defaultSort: '-created_at',
  nearMisses: [[/^\/(?:v1\/)?webhooks?(\/.*)?$/, 'Webhooks are at /v1/hooks.']],
  examples: { event: 'tag_added', target_url: 'https://example.com/webhooks', resource_id: null },
})

export const hookRecords: Records = {
  resource: hooks,
  table: 'hooks',
  ending: DELETED,
  complete: completeHook,
  afterEnd: endDeliveries,
  referredToAs: 'hooks',
}

/** The document of one whose signing secret is new, and is shown this once. */
export const HookWithSecret = singleSchema(
  { ...hooks, attributes: { ...hooks.attributes, secret: extension(text()) } },
  'HookWithSecret',
)
