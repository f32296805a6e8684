import type { Static } from 'typebox'
import type { Tx } from '../db/database.ts'
import { EVENTS, type EventDescription, REFERENCES, type Referred } from './catalogue.ts'

type Catalogue = typeof EVENTS

/** The types of events that are recorded. */
export type EventType = keyof Catalogue

/** What an event of each type carries besides what it refers to. */
export type EventData = { [Type in EventType]: Static<Catalogue[Type]['data']> }

/** What the catalogue says of an event. */
export const describeType = (type: keyof Catalogue): EventDescription => EVENTS[type]

/** The permissions for a hook or an automation to be notified of an event. */
export function needsOf(type: keyof Catalogue): readonly string[] {
  const { needs, shows = [] } = describeType(type)
  return needs ?? shows.map((shown) => `view:${shown}`)
}

/** All types of events that are recorded. A newer version beside this one may record others. */
export const eventTypes = Object.keys(EVENTS) as EventType[]

/** Members of `data` that identify a person. */
export const PERSONAL_EVENT_DATA = eventTypes.flatMap((type) =>
  Object.entries(describeType(type).data.properties).flatMap(([name, schema]) =>
    'x-personal' in schema ? [name] : [],
  ),
)

/** An event as listeners get it. Functions of the database record theirs with record_events.sql. */
export interface Event<Type extends EventType = EventType> {
  site_id: string
  id: string
  type: Type
  occurred_at: Date
  actor: string
  request_id: string | null
  /** The event that led to this one, and how many stand before it in the chain. */
  caused_by: string | null
  depth: number
  /** The run of an automation that did it. */
  run_id: string | null
  contact_id: string | null
  customer_id: string | null
  offer_id: string | null
  grant_id: string | null
  data: EventData[Type]
}

/** Where a change comes from: who acts, in which request or as a step of which run. */
export interface Origin {
  actor: string
  requestId: string | null
  /** IP address of a caller with a key or a session. */
  address?: string
  now: Date
  cause?: Cause
}

/** The run of an automation that acts, and the event that started it. */
export interface Cause {
  runId: string
  eventId: string
  /** Of what the run records. */
  depth: number
}

/** The columns of an event that hold ids, as far as they are known, and its data. */
type Referring = Partial<Pick<Event, 'contact_id' | 'customer_id' | 'offer_id' | 'grant_id'>> & {
  data: object | null
}

/** The ids of the resources of this type that an event refers to. */
export function referencesOf(event: Referring, type: string): string[] {
  if (!Object.hasOwn(REFERENCES, type)) return []
  const name = REFERENCES[type as Referred]
  return [(event as Ids)[name] ?? (event.data as Ids | null)?.[name] ?? []].flat()
}

/** The same for a type of which an event refers to one at most; null when it refers to none. */
export const referenceOf = (event: Referring, type: string): string | null =>
  referencesOf(event, type)[0] ?? null

type Ids = Record<string, string | string[] | null | undefined>

/** The id of what automations and hooks can be confined to: of the offer, the tag or the form that the event is about. */
export const confinedIdOf = (event: Referring & Pick<Event, 'type'>): string | null =>
  referenceOf(event, describeType(event.type).confinedTo ?? '')

/** What an event is about. */
export interface About {
  siteId: string
  contactId: string | null
  customerId?: string | null
  offerId?: string | null
  grantId?: string | null
}

/**
 * Records what happened, in the transaction in which it happens.
 *
 * @returns the id of the event
 */
export async function recordEvent<Type extends EventType>(
  tx: Tx,
  type: Type,
  about: About,
  data: EventData[Type],
  { actor, requestId, address, now, cause }: Origin,
): Promise<string> {
  const { id } = await tx
    .insertInto('events')
    .values({
      site_id: about.siteId,
      type,
      occurred_at: now,
      actor,
      request_id: requestId,
      address: address ?? null,
      caused_by: cause?.eventId ?? null,
      depth: cause?.depth ?? 0,
      run_id: cause?.runId ?? null,
      contact_id: about.contactId,
      customer_id: about.customerId ?? null,
      offer_id: about.offerId ?? null,
      grant_id: about.grantId ?? null,
      data: JSON.stringify(data),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}
