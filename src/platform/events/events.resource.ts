import { sql } from 'kysely'
import { nullableText, text, timestamp, toOne } from '../jsonapi/field-types.ts'
import { defineResource } from '../jsonapi/resource.ts'

/** Not listed on its own; other resources refer to it. */
export const events = defineResource({
  type: 'events',
  singular: 'event',
  description: 'A record of a change: its type, time and originator.',
  from: sql`events r`,
  attributes: {
    type: text(),
    occurred_at: timestamp(),
    actor: text(),
    request_id: nullableText(),
  },
  relationships: { site: toOne('sites', sql`r.site_id`) },
  filters: {},
  sorts: { occurred_at: sql`r.occurred_at` },
  defaultSort: '-occurred_at',
})
