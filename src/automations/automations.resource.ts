import { sql } from 'kysely'
import { Type } from 'typebox'
import { MaybeCondition } from '../people/contacts/conditions.ts'
import { documentedAs } from '../platform/jsonapi/documented.ts'
import {
  boolean,
  integer,
  LIST_INDEX,
  oneOf,
  parseBoolean,
  text,
  timestamp,
  toOne,
} from '../platform/jsonapi/field-types.ts'
import { defineResource } from '../platform/jsonapi/resource.ts'
import { ActionSchema } from './actions.ts'
import { TRIGGER_EVENTS, TriggerSchema } from './triggers.ts'

/** The serializer takes them as they are. */
const Conditions = documentedAs(
  Type.Unsafe<object | null>({ type: ['object', 'null'], additionalProperties: true }),
  MaybeCondition,
)

export const automations = defineResource({
  type: 'automations',
  singular: 'automation',
  description:
    'Actions that run automatically when an event occurs to a contact: a trigger, conditions that the contact must meet, and actions in order. Each change of these creates a new version; runs keep the version they started with.',
  from: sql`automations r`,
  where: sql`r.deleted_at is null`,
  listed: LIST_INDEX,
  attributes: {
    name: text(),
    enabled: boolean(sql`r.disabled_at is null`),
    trigger: {
      schema: TriggerSchema,
      select: sql`jsonb_strip_nulls(jsonb_build_object('event', r.trigger, 'resource_id', r.resource_id::text))`,
    },
    conditions: { schema: Conditions, select: partOfDefinition('conditions') },
    actions: { schema: Type.Array(ActionSchema), select: partOfDefinition('actions') },
    version: integer(),
    created_at: timestamp(),
    updated_at: timestamp(),
  },
  relationships: { site: toOne('sites', sql`r.site_id`) },
  filters: {
    trigger: oneOf(sql`r.trigger`, TRIGGER_EVENTS),
    enabled: {
      description: 'true or false',
      build: (value) => ({ where: sql`(r.disabled_at is null) = ${parseBoolean(value)}` }),
    },
  },
  filterable: { name: 'text' },
  sorts: { name: sql`lower(r.name)` },
  defaultSort: '-created_at',
  examples: { name: 'Welcome new customers' },
})

function partOfDefinition(name: string) {
  return sql`(
    select v.definition -> ${name} from automation_versions v
     where v.automation_id = r.id and v.version = r.version and v.site_id = r.site_id)`
}
