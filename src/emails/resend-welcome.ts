import type { Tx } from '../platform/db/database.ts'
import { type Origin, recordEvent } from '../platform/events/events.ts'
import { ApiError } from '../platform/jsonapi/errors.ts'

/** A customer of a site, by its contact. */
export interface WelcomedCustomer {
  siteId: string
  contactId: string
  /** Null: the contact is not a customer. */
  customerId: string | null
}

/**
 * Has the welcome e-mail of a customer sent again: with a new link, and with the offers that the customer holds now.
 * Earlier links stay valid until they expire.
 *
 * @returns the id of the event that causes the e-mail
 * @throws ApiError 422 for a contact who is not a customer
 */
export async function resendWelcome(
  tx: Tx,
  { siteId, contactId, customerId }: WelcomedCustomer,
  origin: Origin,
): Promise<{ customerId: string; eventId: string }> {
  if (customerId === null)
    throw new ApiError(
      422,
      'not_a_customer',
      `The contact ${contactId} is not a customer, and has got no welcome e-mail. Grant an offer first.`,
    )
  const held = await tx
    .selectFrom('holdings')
    .select('offer_id')
    .distinct()
    .where('site_id', '=', siteId)
    .where('customer_id', '=', customerId)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', origin.now)]))
    .orderBy('offer_id')
    .execute()
  const offer_ids = held.map(({ offer_id }) => offer_id!)
  const about = { siteId, contactId, customerId }
  const eventId = await recordEvent(tx, 'welcome_email_requested', about, { offer_ids }, origin)
  return { customerId, eventId }
}
