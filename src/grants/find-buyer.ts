import { findContactByEmail } from '../people/contacts/find-contact.ts'
import type { Tx } from '../platform/db/database.ts'

/** Who a shop speaks of: at least one of the two is given. */
export interface Buyer {
  /** As parseEmailAddress() reads it. */
  email: string | null
  /** The shop's own id of the person. */
  externalUserId: string | null
}

export interface KnownBuyer {
  contactId: string
  by: 'external_user_id' | 'email'
  /** On file. */
  email: string
}

/**
 * Finds the contact of a site that a shop speaks of: by the shop's id, which outlives a change of e-mail, or else by
 * the e-mail, of now or of before.
 */
export async function findBuyer(tx: Tx, siteId: string, buyer: Buyer): Promise<KnownBuyer | null> {
  return (await findByExternalId(tx, siteId, buyer)) ?? (await findByEmail(tx, siteId, buyer))
}

async function findByExternalId(
  tx: Tx,
  siteId: string,
  { externalUserId }: Buyer,
): Promise<KnownBuyer | null> {
  if (!externalUserId) return null
  const customer = await tx
    .selectFrom('customers')
    .select(['contact_id', 'email'])
    .where('external_user_id', '=', externalUserId)
    .where('site_id', '=', siteId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  if (!customer) return null
  return { contactId: customer.contact_id, by: 'external_user_id', email: customer.email! }
}

async function findByEmail(tx: Tx, siteId: string, { email }: Buyer): Promise<KnownBuyer | null> {
  const contactId = email && (await findContactByEmail(tx, siteId, email))
  return contactId ? { contactId, by: 'email', email } : null
}
