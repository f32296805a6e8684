import type { Tx } from '../db/database.ts'

/** Everything that can happen, with what its event carries besides whom it is about. */
export interface EventData {
  contact_created: Record<string, never>
  contact_updated: { changed: string[] }
  contact_deleted: Record<string, never>
  customer_created: { send_welcome_email: boolean; offer_ids: string[] }
  offer_granted: { is_gift: boolean; customer_created: boolean; send_offer_grant_email: boolean | null }
  offer_revoked: { reason: 'revoked' | 'replaced' | 'contact_deleted' }
  access_expired: { expired_at: string }
  gift_redeemed: Record<string, never>
  /** Somebody at the site’s door asked for one; the customer is null when the address is nobody’s. */
  sign_in_link_requested: Record<string, never>
  password_link_requested: Record<string, never>
  email_change_requested: Record<string, never>
  password_changed: Record<string, never>
}

export type EventType = keyof EventData

/** An event as listeners get it. Those of grants are written by grants/*.sql. */
export interface Event<Type extends EventType = EventType> {
  site_id: string
  id: string
  type: Type
  occurred_at: Date
  actor: string
  request_id: string | null
  caused_by: string | null
  depth: number
  contact_id: string | null
  customer_id: string | null
  offer_id: string | null
  grant_id: string | null
  data: EventData[Type]
}

/** Where a change comes from: who acts, in which request. */
export interface Origin {
  actor: string
  requestId: string | null
  now: Date
}

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
  { actor, requestId, now }: Origin,
): Promise<string> {
  const { id } = await tx
    .insertInto('events')
    .values({
      site_id: about.siteId,
      type,
      occurred_at: now,
      actor,
      request_id: requestId,
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
