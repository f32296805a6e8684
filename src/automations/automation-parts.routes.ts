import { Type } from 'typebox'
import { describeType, needsOf } from '../platform/events/events.ts'
import { type Route, route } from '../platform/http/route.ts'
import { NullableText } from '../platform/jsonapi/nullable.ts'
import { ACTION_NAMES, ACTION_NEEDS, ACTIONS } from './actions.ts'
import type { Member } from './fields.ts'
import { TRIGGER_EVENTS, TRIGGERS } from './triggers.ts'

const Permissions = Type.Array(Type.String(), {
  description: 'What the user or key that saves the automation must be allowed to do',
})

const Trigger = Type.Object({
  event: Type.String(),
  occurs: Type.String({ description: 'Completes “occurs when”' }),
  resource_type: NullableText({
    description: 'The type of the resource to one of which `resource_id` restricts it',
  }),
  permissions: Permissions,
})

const Parameter = Type.Object({
  name: Type.String(),
  is_required: Type.Boolean(),
  resource_type: NullableText({ description: 'The type of the resource whose id it is' }),
  schema: Type.Record(Type.String(), Type.Unknown(), { description: 'The JSON schema of its value' }),
})

const Action = Type.Object({
  action: Type.String(),
  parameters: Type.Array(Parameter),
  permissions: Permissions,
})

const triggers = TRIGGER_EVENTS.map((event) => ({
  event,
  occurs: describeType(event).occurs,
  resource_type: TRIGGERS[event],
  permissions: needsOf(event),
}))

const parameterOf = ([name, { schema, isOptional, refersTo }]: [string, Member]) => ({
  name,
  is_required: !isOptional,
  resource_type: refersTo ?? null,
  schema,
})

const actions = ACTION_NAMES.map((action) => ({
  action,
  parameters: Object.entries<Member>(ACTIONS[action]).map(parameterOf),
  permissions: ACTION_NEEDS[action],
}))

const parts = route({
  kind: 'read',
  method: 'GET',
  url: '/v1/automations/parts',
  access: 'view:automations',
  summary: 'List the triggers and actions of automations',
  description:
    'Everything of which an automation can consist: its triggers, and its actions with their parameters. The filters of its conditions are those of `GET /v1/contacts/filters`.',
  tag: 'automations',
  responses: {
    200: Type.Object({
      data: Type.Object({
        type: Type.Literal('automation_parts'),
        id: Type.Literal('all'),
        attributes: Type.Object({ triggers: Type.Array(Trigger), actions: Type.Array(Action) }),
      }),
      links: Type.Object({ self: Type.String() }),
    }),
  },
  handler: async ({ scope }) => ({
    body: {
      data: { type: 'automation_parts', id: 'all', attributes: { triggers, actions } },
      links: { self: `${scope.baseUrl}/v1/automations/parts` },
    },
  }),
})

/** Paths with words before those in which a word could be an id. */
export const automationPartsRoutes: Route[] = [parts]
