import { sql } from 'kysely'
import { Type } from 'typebox'
import { ConditionSchema } from '../people/contacts/conditions.ts'
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
import { flag, line, writable } from '../platform/jsonapi/fields.ts'
import { readId } from '../platform/jsonapi/identifiers.ts'
import { defineResource } from '../platform/jsonapi/resource.ts'
import { DELETED } from '../platform/records/lock-one.ts'
import type { Records } from '../platform/records/records.ts'
import { ActionSchema } from './actions.ts'
import { actionsField, conditionsField, triggerField } from './parse-automation.ts'
import { filtersNaming, membersNaming } from './references.ts'
import { addFirstVersion, completeAutomation, endRuns } from './save-automation.ts'
import { TRIGGER_EVENTS, TRIGGERS, TriggerSchema } from './triggers.ts'

const CONDITIONS_EXAMPLE = { all: [{ filter: 'subscribed', value: true }] }

/** The serializer takes them as they are. */
export const Conditions = documentedAs(
  Type.Unsafe<object | null>({ type: ['object', 'null'], additionalProperties: true }),
  Type.Union([ConditionSchema, Type.Null()], {
    examples: [CONDITIONS_EXAMPLE],
  }),
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
    name: writable(text(), line(), { required: true }),
    enabled: writable(boolean(sql`r.disabled_at is null`), flag),
    trigger: writable(
      {
        schema: TriggerSchema,
        select: sql`jsonb_strip_nulls(jsonb_build_object('event', r.trigger, 'resource_id', r.resource_id::text))`,
      },
      triggerField,
      { required: true },
    ),
    conditions: writable({ schema: Conditions, select: partOfDefinition('conditions') }, conditionsField),
    actions: writable(
      { schema: Type.Array(ActionSchema), select: partOfDefinition('actions') },
      actionsField,
      { required: true },
    ),
    version: integer(),
    created_at: timestamp(),
    updated_at: timestamp(),
  },
  refusesUnknown: true,
  relationships: { site: toOne('sites', sql`r.site_id`) },
  filters: {
    trigger: oneOf(sql`r.trigger`, TRIGGER_EVENTS),
    offer_id: {
      description: 'Names this offer in its trigger, its conditions or its actions',
      refersTo: 'offers',
      build: (value) => ({ where: namesOffer(readId(value)) }),
    },
    enabled: {
      description: 'true or false',
      build: (value) => ({ where: sql`(r.disabled_at is null) = ${parseBoolean(value)}` }),
    },
  },
  filterable: { name: 'text' },
  sorts: { name: sql`lower(r.name)` },
  defaultSort: '-created_at',
  examples: { name: 'Welcome new customers', conditions: CONDITIONS_EXAMPLE },
})

export const automationRecords: Records = {
  resource: automations,
  table: 'automations',
  ending: DELETED,
  isExclusive: true,
  complete: completeAutomation,
  afterCreate: addFirstVersion,
  afterEnd: endRuns,
}

const triggersOfOffers = TRIGGER_EVENTS.filter((event) => TRIGGERS[event] === 'offers')
const membersOfOffers = membersNaming('offers')
const filtersOfOffers = filtersNaming('offers')

/** As namedBy() finds it. Ids stand as texts in definitions. */
const namesOffer = (id: string) => sql`(
  r.resource_id = ${id} and r.trigger = any (${triggersOfOffers}::text[])
  or exists (select from jsonb_array_elements(${partOfDefinition('actions')}) action, unnest(${membersOfOffers}::text[]) member
              where action ->> member = ${id})
  or exists (select from jsonb_path_query(${partOfDefinition('conditions')}, 'strict $.** ? (exists (@.filter))') part
              where part ->> 'filter' = any (${filtersOfOffers}::text[]) and part ->> 'value' = ${id}))`

function partOfDefinition(name: string) {
  return sql`(
    select v.definition -> ${name} from automation_versions v
     where v.automation_id = r.id and v.version = r.version and v.site_id = r.site_id)`
}
