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
import { defineResource } from '../platform/jsonapi/resource.ts'
import { hookEvents } from './hook-events.ts'

export const hooks = defineResource({
  type: 'hooks',
  singular: 'hook',
  description: 'A webhook subscription: a POST to `target_url` for each `event`, of one resource or of all.',
  from: sql`hooks r`,
  where: sql`r.deleted_at is null`,
  listed: LIST_INDEX,
  attributes: {
    event: text(),
    target_url: text(),
    resource_id: derived<string | null>(
      { schema: Type.Unsafe<number | null>({ type: ['integer', 'null'] }) },
      (id) => (id === null ? null : Number(id)),
    ),
    enabled: extension(boolean(sql`r.disabled_at is null`)),
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
})

/** The one that is answered where its signing secret is new, and is shown this once. */
export const hooksWithSecret = { ...hooks, attributes: { ...hooks.attributes, secret: extension(text()) } }
