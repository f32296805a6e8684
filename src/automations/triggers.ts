/** What can start an automation. */
import { Type } from 'typebox'
import type { EVENTS } from '../platform/events/catalogue.ts'
import { describeType, eventTypes } from '../platform/events/events.ts'
import { component } from '../platform/jsonapi/documented.ts'
import { isReferenceType, type ReferenceType } from '../platform/references/referable.ts'

type Catalogue = typeof EVENTS

export type TriggerEvent = {
  [Type in keyof Catalogue]: Catalogue[Type] extends { isTrigger: true } ? Type : never
}[keyof Catalogue]

/** The events of the catalogue that can start an automation. */
export const TRIGGER_EVENTS = eventTypes.filter(
  (name): name is TriggerEvent => describeType(name).isTrigger === true,
)

const byTrigger = <Value>(get: (trigger: TriggerEvent) => Value) =>
  Object.fromEntries(TRIGGER_EVENTS.map((trigger) => [trigger, get(trigger)])) as Record<TriggerEvent, Value>

/** Each with the type of resource that it can be restricted to, or null. */
export const TRIGGERS = byTrigger((trigger): ReferenceType | null => {
  const { confinedTo = '' } = describeType(trigger)
  return isReferenceType(confinedTo) ? confinedTo : null
})

export const TriggerSchema = component(
  'AutomationTrigger',
  Type.Object({
    event: Type.Union(
      TRIGGER_EVENTS.map((event) => Type.Literal(event)),
      { examples: ['offer_granted'] },
    ),
    resource_id: Type.Optional(
      Type.String({ description: 'The offer, tag or form that the trigger is confined to' }),
    ),
  }),
)
