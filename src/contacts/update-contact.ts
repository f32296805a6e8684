import { endLinks, type LinkPurpose } from '../auth/member-links.ts'
import { type Tx, violates } from '../db/database.ts'
import { type Origin, recordEvent } from '../events/events.ts'
import { unprocessable } from '../jsonapi/errors.ts'
import type { ContactAttributes } from './contact-attributes.ts'
import { emailTaken } from './create-contact.ts'
import { lockContact } from './lock-contact.ts'

/**
 * Changes a contact, and with it the customer that the contact is: name and e-mail are the same in both.
 *
 * @param siteIds the caller's
 * @throws ApiError 404; 422 for an e-mail or external id that is taken, or an external id without a customer
 */
export async function updateContact(
  tx: Tx,
  siteIds: string[],
  id: string,
  { values, externalUserId }: ContactAttributes,
  origin: Origin,
): Promise<void> {
  const contact = await lockContact(tx, siteIds, id)
  const about = { siteId: contact.site_id, contactId: id }
  const customer = await tx
    .selectFrom('customers')
    .select(['id', 'name'])
    .where('site_id', '=', about.siteId)
    .where('contact_id', '=', id)
    .executeTakeFirst()
  if (!customer && externalUserId !== undefined) {
    throw unprocessable(
      'not_a_customer',
      'external_user_id can be set once the contact is a customer: grant an offer first',
      '/data/attributes/external_user_id',
    )
  }
  // A customer always has a name: blanking it gives the one made from the e-mail.
  const email = values.email ?? contact.email
  const name = values.name === '' && customer ? email.split('@')[0]! : values.name
  const changes = { ...values, ...(name !== undefined && { name }) }
  const changed = Object.keys(changes)
  if (changed.length === 0 && externalUserId === undefined) return
  try {
    if (changed.length > 0) {
      await tx
        .updateTable('contacts')
        .set({ ...changes, updated_at: origin.now })
        .where('site_id', '=', about.siteId)
        .where('id', '=', id)
        .execute()
    }
    if (customer) {
      await tx
        .updateTable('customers')
        .set({
          name: name ?? customer.name,
          email,
          ...(externalUserId !== undefined && { external_user_id: externalUserId }),
          ...(email !== contact.email && { bounced_at: null }),
          updated_at: origin.now,
        })
        .where('site_id', '=', about.siteId)
        .where('id', '=', customer.id)
        .execute()
      if (email !== contact.email) await leaveOldAddress(tx, about.siteId, customer.id, origin)
    }
  } catch (error) {
    if (violates(error, 'contacts_email') || violates(error, 'customers_email')) throw emailTaken()
    if (!violates(error, 'customers_external_user')) throw error
    throw unprocessable('taken', 'External user has already been taken', '/data/attributes/external_user_id')
  }
  if (externalUserId !== undefined) changed.push('external_user_id')
  if (changed.length > 0) {
    await recordEvent(tx, 'contact_updated', { ...about, customerId: customer?.id }, { changed }, origin)
  }
}

const EVERY_LINK: LinkPurpose[] = ['welcome', 'gift', 'sign_in', 'password', 'email_change']

/**
 * Whoever reads mail at the old address must not get in by what was sent there; and when it was not the member
 * who changed it, whoever did get in is out.
 */
async function leaveOldAddress(
  tx: Tx,
  siteId: string,
  customerId: string,
  { actor, now }: Origin,
): Promise<void> {
  await endLinks(tx, siteId, customerId, EVERY_LINK, now)
  if (actor === `customer:${customerId}`) return
  await tx
    .deleteFrom('member_sessions')
    .where('site_id', '=', siteId)
    .where('customer_id', '=', customerId)
    .execute()
}
