import type { ActivatedOffer } from '../catalogue/offers/activation-token.ts'
import { isAddressTaken } from '../people/contacts/address-taken.ts'
import { type Contact, contactRows } from '../people/contacts/contacts.resource.ts'
import { createContact } from '../people/contacts/create-contact.ts'
import { isNameless } from '../people/contacts/derived-name.ts'
import { findContactByEmail } from '../people/contacts/find-contact.ts'
import { updateContact } from '../people/contacts/update-contact.ts'
import { type ExternalId, externalIdsOf, parseSource } from '../people/external-ids/external-ids.ts'
import type { App } from '../platform/app.ts'
import { inTransaction, type Tx } from '../platform/db/database.ts'
import { type Origin, recordEvent } from '../platform/events/events.ts'
import { ApiError, notFound } from '../platform/jsonapi/errors.ts'
import { lockOne } from '../platform/records/lock-one.ts'
import { describeProblem, parseEmailAddress } from '../platform/text/email-address.ts'
import { readName } from '../platform/text/names.ts'
import { type Buyer, findBuyer } from './find-buyer.ts'
import { type GrantOf, grantInTransaction, revokeInTransaction } from './grant-in-transaction.ts'

/** Somebody at a shop elsewhere, as it sends them. */
export interface GivenBuyer {
  name?: string
  email?: string
  external_user_id?: string
  /** The system that the id is of. */
  source?: string
}

/** Which e-mails are sent. */
export type ActivationEmails = Required<
  Pick<GrantOf, 'send_offer_grant_email' | 'send_customer_welcome_email'>
>

/**
 * Grants an offer that was bought elsewhere, to a contact that is made when there is none: both, or neither. Who is
 * known by the shop's id keeps the e-mail on file, and another one is recorded as an event; who is known by an e-mail
 * gets the id.
 *
 * @returns what the shop should know: that the e-mail is that of another contact; null: nothing
 */
export async function activateOffer(
  app: App,
  offer: ActivatedOffer,
  given: GivenBuyer,
  emails: ActivationEmails,
  requestId: string,
): Promise<string | null> {
  const buyer = parseBuyer(given)
  const name = readName(given.name ?? '')
  assertShort('name', name)
  const origin = originOf(app, offer, requestId)
  const granted = await retryingOnce(() =>
    inTransaction(app.db, async (tx) => {
      const known = await findBuyer(tx, offer.site_id, buyer)
      const contactId = known?.contactId ?? (await makeContact(tx, offer.site_id, name, buyer, origin))
      const customerId = await grantTo(tx, offer, contactId, emails, origin)
      const about = { siteId: offer.site_id, contactId, customerId }
      if (known?.by === 'external_id') await noteOtherEmail(tx, about, buyer, origin)
      else if (buyer.externalId || (known && name)) await addTo(tx, about, name, buyer.externalId, origin)
      return { contactId, otherContactId: known?.otherContactId ?? null }
    }),
  )
  app.metrics.grants.inc()
  app.onEvents()
  return conflictOf(granted, 'was granted to')
}

/** Adds the name to a contact that has none, and the id before those that it has. */
async function addTo(
  tx: Tx,
  { siteId, contactId }: { siteId: string; contactId: string },
  name: string,
  id: ExternalId | null,
  origin: Origin,
): Promise<void> {
  const contact = await lockOne<Contact>(tx, contactRows, [siteId], contactId)
  const values = name && isNameless(contact) ? { name } : {}
  const externalIds = id ? [id, ...(await externalIdsOf(tx, siteId, contactId))] : undefined
  await updateContact(tx, contact, { values, externalIds }, origin)
}

const conflictOf = (
  { contactId, otherContactId }: { contactId: string; otherContactId: string | null },
  happened: string,
) =>
  otherContactId === null
    ? null
    : `The offer ${happened} contact ${contactId}, who has this external_user_id. The e-mail is that of contact ${otherContactId}.`

/** Revokes an offer from whoever has this id at the shop, or else this e-mail. @returns as activateOffer() */
export async function deactivateOffer(
  app: App,
  offer: ActivatedOffer,
  given: GivenBuyer,
  requestId: string,
): Promise<string | null> {
  const buyer = parseBuyer(given)
  const origin = originOf(app, offer, requestId)
  const known = await inTransaction(app.db, async (tx) => {
    const known = await findBuyer(tx, offer.site_id, buyer)
    if (!known) throw notHeld('The site has no contact with this external_user_id or e-mail.')
    const change = { contactId: known.contactId, offerIds: [offer.id], origin }
    const [revoked] = await revokeInTransaction(tx, offer.site_id, [change], origin.now)
    if (revoked!.length === 0) throw notHeld(`Contact ${known.contactId} does not hold the offer.`)
    return known
  })
  app.onEvents()
  return conflictOf(known, 'was revoked from')
}

/** @throws ApiError 422 in Kajabi's words when neither an e-mail nor an id says who it is */
function parseBuyer({ email: text = '', external_user_id = '', source = '' }: GivenBuyer): Buyer {
  const id = external_user_id.trim()
  assertShort('external_user_id', id)
  const externalId = id === '' ? null : { source: sourceOf(source), id }
  const email = parseEmailAddress(text)
  if (email || (text.trim() === '' && externalId)) return { email, externalId }
  if (text.trim() === '') throw emailMissing()
  throw refusal('email: is invalid', `The parameter email is not an e-mail address${describeProblem(text)}.`)
}

function sourceOf(given: string): string | null {
  try {
    return parseSource(given)
  } catch (error) {
    throw refusal('source: is invalid', `The parameter source ${(error as Error).message}.`)
  }
}

const emailMissing = () =>
  refusal("email: can't be blank", 'Send the e-mail of the buyer as the parameter email.')

const notHeld = (detail: string) => refusal('Offer grant not found for offer on member', detail)

/** As texts of contacts are limited everywhere. */
const LONGEST_TEXT = 1_000

function assertShort(name: string, text: string): void {
  if (text.length <= LONGEST_TEXT) return
  throw refusal(`${name}: is too long`, `The parameter ${name} may have at most ${LONGEST_TEXT} characters.`)
}

const originOf = ({ clock }: App, { id }: ActivatedOffer, requestId: string): Origin => ({
  actor: `inbound_url:${id}`,
  requestId,
  now: clock.now(),
})

function makeContact(
  tx: Tx,
  siteId: string,
  name: string,
  { email }: Buyer,
  origin: Origin,
): Promise<string> {
  // An id that nobody has yet does not say where to reach the person.
  if (!email) throw emailMissing()
  return createContact(tx, siteId, { name, email }, origin)
}

/** @returns the id of the customer */
async function grantTo(
  tx: Tx,
  { site_id: siteId, id }: ActivatedOffer,
  contactId: string,
  emails: ActivationEmails,
  origin: Origin,
): Promise<string> {
  const change = {
    contactId,
    offerIds: [id],
    origin,
    source: 'inbound_url' as const,
    ...emails,
  }
  const [outcome] = await grantInTransaction(tx, siteId, [change], origin.now)
  switch (outcome!.error) {
    case 'subject_not_found':
      throw new ChangedMeanwhile()
    case 'email_taken':
      throw refusal('email: has already been taken', 'The customer of another contact has this e-mail.')
    case 'offer_not_found':
      throw notFound('The offer is archived.')
  }
  if (outcome!.granted[id]) return outcome!.customer_id!
  throw refusal('The offer has already been granted to this member', 'Nothing was changed.')
}

async function noteOtherEmail(
  tx: Tx,
  about: { siteId: string; contactId: string; customerId: string },
  { email }: Buyer,
  origin: Origin,
): Promise<void> {
  const isOwn = email && (await findContactByEmail(tx, about.siteId, email)) === about.contactId
  if (email && !isOwn) await recordEvent(tx, 'other_email_given', about, { email }, origin)
}

/** The contact was deleted between looking and granting. */
class ChangedMeanwhile extends Error {}

/** Of two who make the same contact, or give one id to two, one fails, and then finds the other's. */
async function retryingOnce<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!isTaken(error) && !(error instanceof ChangedMeanwhile)) throw error
    return work()
  }
}

const isTaken = (error: unknown) => error instanceof ApiError && isAddressTaken(error)

/** The words of Kajabi are the code of the error, which stands alone in a flat one. */
const refusal = (words: string, detail: string) => new ApiError(422, words, detail)
