import type { Tx } from '../db/database.ts'
import type { Language } from '../text/languages.ts'

/** Everything that can happen, with what its event carries besides whom it is about. */
export interface EventData {
  contact_created: Record<string, never>
  contact_updated: { changed: string[] }
  contact_deleted: Record<string, never>
  /** A shop named a customer by its id and by another e-mail than the one on file, which stays. */
  other_email_given: { email: string }
  customer_created: { send_welcome_email: boolean; offer_ids: string[] }
  offer_granted: { is_gift: boolean; customer_created: boolean; send_offer_grant_email: boolean | null }
  offer_revoked: { reason: 'revoked' | 'replaced' | 'contact_deleted' }
  access_expired: { expired_at: string }
  gift_redeemed: Record<string, never>
  tag_added: { tag_id: string }
  tag_removed: { tag_id: string }
  /** A link was requested on the members’ pages; the customer is null when the address is unknown. */
  sign_in_link_requested: { language: Language }
  password_link_requested: { language: Language }
  email_change_requested: Record<string, never>
  /** `had_password`: it replaced another one. */
  password_changed: { had_password: boolean }
  /** Of a member who had signed in before; `previous_email` is erased when the contact is deleted. */
  email_changed: { previous_email: string }
  /** Disabled automatically, not by request. `answer`: the result of the last attempt, for example "HTTP 503". */
  hook_disabled: { hook_id: string; reason: 'gone' | 'failing'; failing_since: string; answer: string }
}

export type EventType = keyof EventData

const EVENT_TYPES: Record<EventType, true> = {
  contact_created: true,
  contact_updated: true,
  contact_deleted: true,
  other_email_given: true,
  customer_created: true,
  offer_granted: true,
  offer_revoked: true,
  access_expired: true,
  gift_redeemed: true,
  tag_added: true,
  tag_removed: true,
  sign_in_link_requested: true,
  password_link_requested: true,
  email_change_requested: true,
  password_changed: true,
  email_changed: true,
  hook_disabled: true,
}

/** All types of events. */
export const eventTypes = Object.keys(EVENT_TYPES) as EventType[]

/** Members of `data` that identify a person: the API does not show them, and deleting the contact removes them. */
export const PERSONAL_EVENT_DATA = ['email', 'previous_email']

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

/** What automations and hooks can be confined to: the offer or the tag that an event is about. */
export const resourceOf = ({ offer_id, data }: Pick<Event, 'offer_id' | 'data'>): string | null =>
  offer_id ?? ('tag_id' in data ? data.tag_id : null)

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
  { actor, requestId, now, cause }: Origin,
): Promise<string> {
  const { id } = await tx
    .insertInto('events')
    .values({
      site_id: about.siteId,
      type,
      occurred_at: now,
      actor,
      request_id: requestId,
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
