import { findContactByEmail } from '../people/contacts/find-contact.ts'
import { type ExternalId, findContactByExternalId } from '../people/external-ids/external-ids.ts'
import type { Tx } from '../platform/db/database.ts'

/** Who a shop speaks of: at least one of the two is given. */
export interface Buyer {
  /** As parseEmailAddress() reads it. */
  email: string | null
  /** The shop's own id of the person. */
  externalId: ExternalId | null
}

export interface KnownBuyer {
  contactId: string
  by: 'external_id' | 'email'
  /** Another contact, whom the e-mail names; the id comes before it. */
  otherContactId: string | null
}

/**
 * Finds the contact of a site that a shop speaks of: by the shop's id, which outlives a change of e-mail, or else by
 * the e-mail, of now or of before.
 */
export async function findBuyer(
  tx: Tx,
  siteId: string,
  { email, externalId }: Buyer,
): Promise<KnownBuyer | null> {
  const byId = externalId && (await findContactByExternalId(tx, siteId, externalId))
  const byEmail = email ? await findContactByEmail(tx, siteId, email) : null
  if (byId) return { contactId: byId, by: 'external_id', otherContactId: byEmail === byId ? null : byEmail }
  return byEmail === null ? null : { contactId: byEmail, by: 'email', otherContactId: null }
}
