import type { Event, EventType } from '../platform/events/events.ts'

interface HookEventDescription {
  /** The permissions a key needs to subscribe. Purchases and forms do not exist yet: only a key without limits may. */
  needs: string[]
  /** The type of resource that a hook for it can be confined to. */
  confinedTo?: string
  /** What its body shows, the primary resource first. */
  shows: string[]
  /** Kajabi does not have it. */
  extension?: boolean
  /** Why it cannot happen in this version. */
  neverHappens?: string
}

export const NO_PURCHASES = 'there are no purchases in this version'
export const NO_FORMS = 'there are no forms in this version'

const GRANT = {
  needs: ['view:grants', 'view:contacts', 'view:customers', 'view:offers'],
  confinedTo: 'offers',
  shows: ['grants', 'contacts', 'customers', 'offers'],
  extension: true,
}

const CONTACT = { needs: ['view:contacts'], shows: ['contacts'], extension: true }

const TAG = { needs: ['view:contacts'], confinedTo: 'contact_tags', shows: ['contacts', 'contact_tags'] }

/** All events that hooks of a site can subscribe to. */
export const HOOK_EVENTS = {
  purchase: {
    needs: ['view:purchases'],
    confinedTo: 'offers',
    shows: ['purchases', 'offers', 'customers'],
    neverHappens: NO_PURCHASES,
  },
  payment_succeeded: {
    needs: ['view:transactions'],
    confinedTo: 'offers',
    shows: ['transactions', 'customers', 'offers'],
    neverHappens: NO_PURCHASES,
  },
  order_created: {
    needs: ['view:transactions', 'view:orders'],
    confinedTo: 'offers',
    shows: ['transactions', 'customers', 'orders', 'order_items'],
    neverHappens: NO_PURCHASES,
  },
  form_submission: {
    needs: ['view:form_submissions'],
    confinedTo: 'forms',
    shows: ['form_submissions', 'forms'],
    neverHappens: NO_FORMS,
  },
  tag_added: TAG,
  tag_removed: TAG,
  offer_granted: GRANT,
  offer_revoked: GRANT,
  access_expired: GRANT,
  gift_granted: GRANT,
  customer_created: {
    needs: ['view:customers', 'view:contacts'],
    shows: ['customers', 'contacts'],
    extension: true,
  },
  contact_created: CONTACT,
  contact_updated: CONTACT,
  /** Triggered only by steps of automations. */
  automation: {
    needs: ['view:contacts', 'view:customers', 'view:grants', 'view:offers'],
    shows: ['contacts', 'customers', 'grants', 'offers', 'contact_tags'],
    extension: true,
  },
} satisfies Record<string, HookEventDescription>

export type HookEvent = keyof typeof HOOK_EVENTS

export const describeEvent = (name: HookEvent): HookEventDescription => HOOK_EVENTS[name]

export const hookEvents = Object.keys(HOOK_EVENTS) as HookEvent[]

/** Those that Kajabi has. */
export const kajabiEvents = hookEvents.filter((name) => !describeEvent(name).extension)

/** The events that a hook can be confined to this type of resource for. */
export const confinableTo = (type: string): HookEvent[] =>
  hookEvents.filter((name) => describeEvent(name).confinedTo === type)

/** The hook events that each type of event triggers. A granted gift is also a granted offer. */
const HOOK_EVENTS_BY_TYPE: Partial<Record<EventType, HookEvent[]>> = {
  tag_added: ['tag_added'],
  tag_removed: ['tag_removed'],
  offer_granted: ['offer_granted', 'gift_granted'],
  offer_revoked: ['offer_revoked'],
  access_expired: ['access_expired'],
  customer_created: ['customer_created'],
  contact_created: ['contact_created'],
  contact_updated: ['contact_updated'],
}

export const hookEventsOf = ({ type, data }: Pick<Event, 'type' | 'data'>): HookEvent[] =>
  (HOOK_EVENTS_BY_TYPE[type] ?? []).filter(
    (name) => name !== 'gift_granted' || ('is_gift' in data && data.is_gift),
  )

/** The types of events that trigger this hook event. */
export const eventTypesFor = (name: HookEvent): string[] =>
  Object.entries(HOOK_EVENTS_BY_TYPE).flatMap(([type, names]) => (names.includes(name) ? [type] : []))
