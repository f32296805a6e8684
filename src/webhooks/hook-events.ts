/** The events that hooks can subscribe to, as the catalogue of events has them. */
import type { EVENTS } from '../platform/events/catalogue.ts'
import { describeType, type Event, eventTypes, needsOf } from '../platform/events/events.ts'

interface HookEventDescription {
  /** Completes "occurs when". */
  occurs: string
  /** The permissions a key needs to subscribe. */
  needs: readonly string[]
  /** The type of resource that a hook for it can be confined to. */
  confinedTo?: string
  /** What its body shows, the primary resource first. */
  shows: readonly string[]
  isKajabi: boolean
}

type Catalogue = typeof EVENTS

/** The names under which hooks are notified; `automation` is triggered only by steps of automations. */
export type HookEvent =
  | {
      [Type in keyof Catalogue]: Catalogue[Type] extends { hooks: infer Names } ? keyof Names : never
    }[keyof Catalogue]
  | 'automation'

const HOOK_EVENTS: Record<string, HookEventDescription> = {
  ...Object.assign({}, ...eventTypes.map(namesOf)),
  automation: {
    occurs: 'a step of an automation calls the hook',
    needs: ['view:contacts', 'view:customers', 'view:grants', 'view:offers'],
    shows: ['contacts', 'customers', 'grants', 'offers', 'contact_tags'],
    isKajabi: false,
  },
}

function namesOf(type: keyof Catalogue): Record<string, HookEventDescription> {
  const { hooks = {}, occurs, confinedTo, shows = [] } = describeType(type)
  const common = { occurs, needs: needsOf(type), confinedTo, shows }
  return Object.fromEntries(
    Object.entries(hooks).map(([name, { occurs = common.occurs, isKajabi = false }]) => [
      name,
      { ...common, occurs, isKajabi },
    ]),
  )
}

export const describeEvent = (name: HookEvent): HookEventDescription => HOOK_EVENTS[name]!

/** Kajabi's first. */
export const hookEvents = (Object.keys(HOOK_EVENTS) as HookEvent[]).toSorted(
  (one, other) => Number(describeEvent(other).isKajabi) - Number(describeEvent(one).isKajabi),
)

/** Those that Kajabi has. */
export const kajabiEvents = hookEvents.filter((name) => describeEvent(name).isKajabi)

/** The events that a hook can be confined to this type of resource for. */
export const confinableTo = (type: string): HookEvent[] =>
  hookEvents.filter((name) => describeEvent(name).confinedTo === type)

/** The hook events that an event triggers: a granted gift is also a granted offer. */
export const hookEventsOf = ({ type, data }: Pick<Event, 'type' | 'data'>): HookEvent[] =>
  Object.entries(describeType(type).hooks ?? {}).flatMap(([name, { onlyIf }]) =>
    onlyIf === undefined || (data as Record<string, unknown>)[onlyIf] === true ? [name as HookEvent] : [],
  )

/** The types of events that trigger this hook event. */
export const eventTypesFor = (name: HookEvent): string[] =>
  eventTypes.filter((type) => Object.hasOwn(describeType(type).hooks ?? {}, name))
