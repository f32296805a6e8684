import { sql } from 'kysely'
import { grantInTransaction } from '../grants/grant-in-transaction.ts'
import type { ContactValues } from '../people/contacts/contact-attributes.ts'
import type { Contact } from '../people/contacts/contacts.resource.ts'
import { isNameless } from '../people/contacts/derived-name.ts'
import { ensureContact } from '../people/contacts/ensure-contact.ts'
import { personOf } from '../people/contacts/person-of.ts'
import { ADDRESS_PARTS, contradicts } from '../people/contacts/postal-address.ts'
import { updateContact } from '../people/contacts/update-contact.ts'
import { isHandle } from '../people/custom-fields/read-values.ts'
import { changeTaggings } from '../people/tags/change-taggings.ts'
import type { Tx } from '../platform/db/database.ts'
import { type Origin, recordEvent } from '../platform/events/events.ts'
import { ApiError, unprocessable } from '../platform/jsonapi/errors.ts'
import { pick } from '../platform/jsonapi/pick.ts'
import { readStanding } from '../sales/read-standing.ts'
import type { Form } from './find-form.ts'
import type { Submitted } from './read-submission.ts'

/**
 * Who says that the values are those of the owner of the address: a caller with a token, or the owner who confirmed
 * it. Somebody else only fills in what the contact lacks, and subscribes nobody who has unsubscribed; so does whoever
 * confirmed an address that the contact no longer has.
 */
export type Trust = 'trusted' | 'confirmed' | 'stranger'

/** The contact of a submission, created or updated as the form says. @returns it, locked */
export async function contactOf(
  tx: Tx,
  { site_id, subscribes }: Form,
  { name, email, answers }: Submitted,
  trust: Trust,
  origin: Origin,
): Promise<Contact> {
  const personal = { ...(name && { name }), ...valuesIn(answers) }
  const subscription = subscribes ? { subscribed: true } : {}
  const { contact, isNew } = await ensureContact(tx, site_id, { ...personal, ...subscription, email }, origin)
  if (isNew) return contact
  const isTrusted = trust === 'trusted' || (trust === 'confirmed' && contact.email === email)
  const values = isTrusted ? { ...personal, ...subscription } : lackingIn(contact, personal)
  await updateContact(tx, contact, { values }, origin)
  return contact
}

/** Answers as contacts have them: those to custom fields apart. */
const valuesIn = (answers: Record<string, string>): ContactValues => ({
  ...pick(answers, (handle) => !isHandle(handle)),
  custom: pick(answers, isHandle),
})

/**
 * Of these values those that the contact has none of. A name that was made from the e-mail is none; of another address
 * than that of the contact, nothing is taken.
 */
function lackingIn(contact: Contact, { custom = {}, ...columns }: ContactValues): ContactValues {
  const others: readonly string[] = contradicts(contact, columns) ? ADDRESS_PARTS : []
  const isLacking = (name: string) =>
    !others.includes(name) && (!contact[name as keyof Contact] || (name === 'name' && isNameless(contact)))
  return { ...pick(columns, isLacking), custom: pick(custom, (handle) => !contact.custom[handle]) }
}

/**
 * Everything that follows from a submission, in its transaction: tags, offers, and the event for automations and
 * webhooks. What the contact has already is not added or granted again; nor is an offer that was revoked from it, unless
 * the submission is trusted.
 *
 * @param contact locked
 * @throws ApiError 422 when the offers cannot be granted
 */
export async function acceptSubmission(
  tx: Tx,
  form: Form,
  submissionId: string,
  contact: Contact,
  trust: Trust,
  origin: Origin,
): Promise<void> {
  const { site_id: siteId } = form
  const tagIds = await linkedIds(tx, form, 'form_tags', 'tag_id')
  await changeTaggings(
    tx,
    'add',
    siteId,
    tagIds.length > 0 ? [{ contactId: contact.id, tagIds, origin }] : [],
  )
  await grantOffers(tx, form, contact.id, trust, origin)
  const { contactId, customerId } = await personOf(tx, contact)
  const data = { form_id: form.id, form_submission_id: submissionId }
  await recordEvent(tx, 'form_submitted', { siteId, contactId, customerId }, data, origin)
}

async function grantOffers(
  tx: Tx,
  form: Form,
  contactId: string,
  trust: Trust,
  origin: Origin,
): Promise<void> {
  const { site_id, send_customer_welcome_email } = form
  const linked = await linkedIds(tx, form, 'form_offers', 'offer_id')
  const offerIds = trust === 'trusted' ? linked : await withoutRevoked(tx, site_id, contactId, linked, origin)
  if (offerIds.length === 0) return
  const grant = { contactId, offerIds, origin, source: 'form' as const, send_customer_welcome_email }
  const [outcome] = await grantInTransaction(tx, site_id, [grant], origin.now)
  switch (outcome!.error) {
    case undefined:
      return
    case 'email_taken':
      throw unprocessable(
        'taken',
        'Email has already been taken by another customer',
        '/data/attributes/email',
      )
    default:
      throw new ApiError(422, 'not_grantable', 'An offer of the form cannot be granted. Nothing was stored.')
  }
}

/** The offers without those that the owner has taken back from the contact, and not given again. */
async function withoutRevoked(
  tx: Tx,
  siteId: string,
  contactId: string,
  offerIds: string[],
  { now }: Origin,
): Promise<string[]> {
  const given: string[] = []
  for (const offerId of offerIds) {
    const { isHeld, endedBy } = await readStanding(tx, { siteId, contactId, offerId }, now)
    if (isHeld || endedBy !== 'owner') given.push(offerId)
  }
  return given
}

async function linkedIds(
  tx: Tx,
  { id, site_id }: Form,
  table: 'form_offers' | 'form_tags',
  column: 'offer_id' | 'tag_id',
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select ${sql.ref(column)} as id from ${sql.table(table)}
     where form_id = ${id} and site_id = ${site_id}
     order by position`.execute(tx)
  return rows.map((row) => row.id)
}
