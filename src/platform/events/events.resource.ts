import { sql } from 'kysely'
import { nullableText, text, timestamp, toOne } from '../jsonapi/field-types.ts'
import { defineResource } from '../jsonapi/resource.ts'

/** Not listed by itself: what other resources refer to. */
export const events = defineResource({
  type: 'events',
  singular: 'event',
  description: 'That something happened: what, when, and who did it.',
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
