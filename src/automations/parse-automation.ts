import { Type } from 'typebox'
import { type Condition, ConditionSchema, parseCondition } from '../people/contacts/conditions.ts'
import { jsonPointer, type Path, unprocessable } from '../platform/jsonapi/errors.ts'
import { choice, type Field } from '../platform/jsonapi/fields.ts'
import { isObject } from '../platform/jsonapi/is-object.ts'
import { ACTION_NAMES, ACTIONS, type Action, ActionSchema, isActionName } from './actions.ts'
import { ATTRIBUTES, invalid, optional, readMembers, readObject, reference } from './fields.ts'
import { TRIGGER_EVENTS, TRIGGERS, type TriggerEvent, TriggerSchema } from './triggers.ts'

/** What starts a run, whether it goes on, and what it does. */
export interface Definition {
  trigger: TriggerEvent
  /** The offer, the tag or the form that it is confined to. */
  resource_id: string | null
  conditions: Condition | null
  actions: Action[]
}

/** What a request says of an automation, as it is read; what it does not mention is left out. */
export interface AutomationValues {
  name?: string
  enabled?: boolean
  trigger?: Pick<Definition, 'trigger' | 'resource_id'>
  conditions?: Condition | null
  actions?: Action[]
}

/** What a request says of the definition. That what it names exists is seen when it is written. */
export const definitionIn = ({ trigger, conditions, actions }: AutomationValues): Partial<Definition> => ({
  ...trigger,
  ...(conditions !== undefined && { conditions }),
  ...(actions && { actions }),
})

const MOST_ACTIONS = 50

/** Errors point into the value. */
export const triggerField: Field = {
  schema: TriggerSchema,
  form: 'an object',
  read: (value) => (isObject(value) ? parseTrigger(value, [...ATTRIBUTES, 'trigger']) : undefined),
}

export const conditionsField: Field = {
  schema: ConditionSchema,
  form: 'a condition',
  read: (value) => parseCondition(value, [...ATTRIBUTES, 'conditions']),
}

export const actionsField: Field = {
  schema: Type.Array(ActionSchema, { minItems: 1, maxItems: MOST_ACTIONS }),
  form: `a list of 1 to ${MOST_ACTIONS} actions`,
  read: (value) =>
    Array.isArray(value) && value.length > 0 && value.length <= MOST_ACTIONS
      ? value.map((action, index) => parseAction(action, [...ATTRIBUTES, 'actions', index]))
      : undefined,
}

function parseTrigger(
  value: Record<string, unknown>,
  path: Path,
): Pick<Definition, 'trigger' | 'resource_id'> {
  const confinedTo = TRIGGERS[value.event as TriggerEvent] ?? null
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
