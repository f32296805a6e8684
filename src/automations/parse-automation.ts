import { type TSchema, Type } from 'typebox'
import { type Condition, MaybeCondition, parseCondition } from '../people/contacts/conditions.ts'
import { jsonPointer, type Path, unprocessable } from '../platform/jsonapi/errors.ts'
import { ACTION_NAMES, ACTIONS, type Action, ActionSchema, isActionName } from './actions.ts'
import {
  ATTRIBUTES,
  choice,
  flag,
  invalid,
  type Member,
  optional,
  readMembers,
  readObject,
  reference,
  schemaOf,
  shortText,
} from './fields.ts'
import { TRIGGER_EVENTS, TRIGGERS, type TriggerEvent, TriggerSchema } from './triggers.ts'

/** What starts a run, whether it goes on, and what it does. */
export interface Definition {
  trigger: TriggerEvent
  /** The offer or the tag that it is confined to. */
  resource_id: string | null
  conditions: Condition | null
  actions: Action[]
}

/** What a request says of an automation that is to be made. */
export interface NewAutomation extends AutomationChanges {
  name: string
  definition: Definition
}

/** What a request says of one that is there; what it does not mention is left out. */
export interface AutomationChanges {
  name?: string
  enabled?: boolean
  definition: Partial<Definition>
}

const MOST_ACTIONS = 50

/** What is more than a word is read once it is known to be there. */
const whole = (schema: TSchema): Member => ({ schema, form: 'given', read: (value) => value })

const MEMBERS = {
  name: shortText(255, 'Welcome new customers'),
  enabled: optional(flag),
  trigger: whole(TriggerSchema),
  conditions: optional(whole(MaybeCondition)),
  actions: whole(Type.Array(ActionSchema, { minItems: 1, maxItems: MOST_ACTIONS })),
}

/** The attributes of an automation, as they are read. */
export const AutomationAttributes = Type.Object(schemaOf(MEMBERS))

/**
 * Reads the attributes of an automation that is to be made. That what it names exists is seen when it is written.
 *
 * @throws ApiError 422 that points into the definition
 */
export function parseNewAutomation(attributes: unknown): NewAutomation {
  const { definition, ...rest } = parse(attributes, MEMBERS)
  return { ...rest, definition: { conditions: null, ...definition } } as NewAutomation
}

/** The same for one that is there already, of which a request may leave out anything. */
export const parseAutomationChanges = (attributes: unknown): AutomationChanges =>
  parse(
    attributes,
    Object.fromEntries(Object.entries(MEMBERS).map(([name, member]) => [name, optional(member)])),
  )

function parse(attributes: unknown, members: Record<string, Member>): AutomationChanges {
  const { name, enabled, trigger, conditions, actions } = readObject(attributes, members, ATTRIBUTES)
  return {
    ...(name !== undefined && { name: name as string }),
    ...(enabled !== undefined && { enabled: enabled as boolean }),
    definition: {
      ...(trigger !== undefined && parseTrigger(trigger, [...ATTRIBUTES, 'trigger'])),
      ...(conditions !== undefined && { conditions: parseConditions(conditions) }),
      ...(actions !== undefined && { actions: parseActions(actions, [...ATTRIBUTES, 'actions']) }),
    },
  }
}

function parseTrigger(value: unknown, path: Path): Pick<Definition, 'trigger' | 'resource_id'> {
  const { event } = readMembers(value, path)
  const confinedTo = TRIGGERS[event as TriggerEvent] ?? null
  const read = readObject(
    value,
    {
      event: choice(TRIGGER_EVENTS),
      ...(confinedTo && { resource_id: optional(reference(confinedTo)) }),
    },
    path,
  )
  return {
    trigger: read.event as TriggerEvent,
    resource_id: (read.resource_id as string | undefined) ?? null,
  }
}

const parseConditions = (value: unknown): Condition | null =>
  value === null ? null : parseCondition(value, [...ATTRIBUTES, 'conditions'])

function parseActions(value: unknown, path: Path): Action[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_ACTIONS) {
    throw invalid(path, `a list of 1 to ${MOST_ACTIONS} actions`)
  }
  return value.map((action, index) => parseAction(action, [...path, index]))
}

function parseAction(value: unknown, path: Path): Action {
  const { action } = readMembers(value, path)
  if (action === undefined) {
    throw unprocessable(
      'missing_member',
      `action is required; it must be one of ${ACTION_NAMES.join(', ')}`,
      jsonPointer(path),
    )
  }
  if (!isActionName(action)) throw invalid([...path, 'action'], `one of ${ACTION_NAMES.join(', ')}`)
  return readObject(value, { action: choice(ACTION_NAMES), ...ACTIONS[action] }, path) as unknown as Action
}
