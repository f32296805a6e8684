import { endLinks } from '../../links/member-links.ts'
import { eraseAttempts } from '../../platform/auth/attempts.ts'
import type { Tx } from '../../platform/db/database.ts'
import { differing } from '../../platform/db/differing.ts'
import { type About, type Origin, recordEvent } from '../../platform/events/events.ts'
import { unprocessable } from '../../platform/jsonapi/errors.ts'
import { withPart } from '../../platform/text/names.ts'
import { type CustomValues, withValues } from '../custom-fields/read-values.ts'
import { endAllSessions } from '../customers/end-sessions.ts'
import { addressTaken } from './address-taken.ts'
import type { ContactChanges, ContactValues } from './contact-attributes.ts'
import type { Contact } from './contacts.resource.ts'
import { isNameless, nameFromEmail } from './derived-name.ts'
import { writeIds } from './write-ids.ts'

/**
 * Changes a contact that is locked, and with it the customer that the contact is: name and e-mail are the same in both.
 * What is already so is no change: when nothing else was asked for, nothing is written. The address that a contact
 * leaves becomes an alias of it, by a trigger: whoever else writes an e-mail does the same.
 *
 * @throws ApiError 422 for an e-mail or external id that is taken, or a part of a name that cannot be separated from the rest
 */
export async function updateContact(
  tx: Tx,
  contact: Contact,
  wanted: ContactChanges,
  origin: Origin,
): Promise<void> {
  const { id } = contact
  const about = { siteId: contact.site_id, contactId: id }
  const customer = await tx
    .selectFrom('customers')
    .select(['id', 'sign_in_count'])
    .where('site_id', '=', about.siteId)
    .where('contact_id', '=', id)
    .executeTakeFirst()
  const values = changedValues(contact, wanted, customer !== undefined)
  const changedIds = await writeIds(tx, about, wanted)
  const { custom, ...columns } = values
  const changed = [...Object.keys(columns), ...Object.keys(custom ?? {}), ...changedIds]
  if (changed.length === 0) return
  const customerChanges = {
    ...(values.name !== undefined && { name: values.name }),
    ...(values.email !== undefined && { email: values.email, bounced_at: null }),
  }
  try {
    await tx
      .updateTable('contacts')
      .set({
        ...columns,
        ...(custom && { custom: JSON.stringify(withValues({ ...contact.custom, ...custom })) }),
        updated_at: origin.now,
      })
      .where('site_id', '=', about.siteId)
      .where('id', '=', id)
      .execute()
    if (customer && (Object.keys(customerChanges).length > 0 || changedIds.length > 0)) {
      await tx
        .updateTable('customers')
        .set({ ...customerChanges, updated_at: origin.now })
        .where('site_id', '=', about.siteId)
        .where('id', '=', customer.id)
        .execute()
      if (values.email !== undefined)
        await leaveOldAddress(tx, about.siteId, customer.id, contact.email, origin)
    }
  } catch (error) {
    throw addressTaken(error) ?? error
  }
  await recordEvent(tx, 'contact_updated', { ...about, customerId: customer?.id }, { changed }, origin)
  if (customer && values.email !== undefined) {
    await recordEmailChange(tx, { ...about, customerId: customer.id }, customer, contact.email, origin)
  }
}

/** Only of members who have signed in: another address may be a mistake, and belong to somebody else. */
async function recordEmailChange(
  tx: Tx,
  about: About,
  { sign_in_count }: { sign_in_count: number },
  previous_email: string,
  origin: Origin,
): Promise<void> {
  if (sign_in_count > 0) await recordEvent(tx, 'email_changed', about, { previous_email }, origin)
}

/** Of the values that are wanted, those that differ from what the contact has. */
function changedValues(contact: Contact, wanted: ContactChanges, isCustomer: boolean): ContactValues {
  const name = wantedName(contact, wanted)
  // A customer always has a name: blanking it gives the one made from the e-mail.
  const kept = name === '' && isCustomer ? nameFromEmail(wanted.values.email ?? contact.email) : name
  const { custom = {}, ...columns } = wanted.values
  return { ...differing({ ...columns, name: kept }, contact), ...changedCustom(custom, contact) }
}

function changedCustom(wanted: CustomValues, { custom }: Contact): Pick<ContactValues, 'custom'> {
  const changed = Object.entries(wanted).filter(([handle, value]) => value !== (custom[handle] ?? null))
  return changed.length > 0 ? { custom: Object.fromEntries(changed) } : {}
}

function wantedName(contact: Contact, { values, partOfName }: ContactChanges): string | undefined {
  if (!partOfName) return values.name
  const name = isNameless(contact) ? '' : contact.name
  const whole = withPart(name, partOfName)
  if (whole !== null) return whole
  const part = `${partOfName.kind}_name`
  throw unprocessable(
    'ambiguous_name',
    `Which part of "${name}" is its ${part} is not known, so the rest could be lost. Send name, or first_name and last_name`,
    `/data/attributes/${part}`,
  )
}

/**
 * Whoever reads mail at the old address must not get in by what was sent there; and when it was not the member
 * who changed it, whoever did get in is out.
 */
async function leaveOldAddress(
  tx: Tx,
  siteId: string,
  customerId: string,
  oldAddress: string,
  { actor, now }: Origin,
): Promise<void> {
  await endLinks(tx, siteId, customerId, now)
  await eraseAttempts(tx, { realm: `site:${siteId}`, persons: [oldAddress] })
  if (actor !== `customer:${customerId}`) await endAllSessions(tx, siteId, customerId)
}
