import { sql } from 'kysely'
import type { App } from '../app.ts'
import { createContact } from '../contacts/create-contact.ts'
import { parseEmailAddress } from '../contacts/email-address.ts'
import { updateContact } from '../contacts/update-contact.ts'
import { inTransaction, type Tx } from '../db/database.ts'
import type { Origin } from '../events/events.ts'
import { ApiError, notFound } from '../jsonapi/errors.ts'
import type { ActivatedOffer } from '../offers/activation-token.ts'
import { grantWithin, revokeWithin } from './grant-within.ts'

/** Somebody at a shop elsewhere, as it tells of them. */
export interface Buyer {
  name: string | undefined
  email: string | undefined
  externalUserId: string | undefined
}

/** Grants an offer that was bought elsewhere, to a contact that is made when there is none: both, or neither. */
export async function activateOffer(
  app: App,
  offer: ActivatedOffer,
  buyer: Buyer,
  isConfirmed: boolean,
  requestId: string,
): Promise<void> {
  assertShort('name', buyer.name)
  assertShort('external_user_id', buyer.externalUserId)
  const email = parseEmail(buyer.email)
  const origin = originOf(app, offer, requestId)
  await retryingOnce(() =>
    inTransaction(app.db, async (tx) => {
      const contactId =
        (await findContact(tx, offer.site_id, email)) ??
        (await createContact(tx, offer.site_id, { name: buyer.name?.trim() ?? '', email }, origin))
      await grantTo(tx, offer, contactId, isConfirmed, origin)
      await noteExternalId(tx, offer.site_id, contactId, buyer.externalUserId, origin)
    }),
  )
  app.metrics.grants.inc()
  app.onEvents()
}

/** Revokes an offer from whoever has this e-mail. Who does not hold it, or is not known, holds it afterwards neither. */
export async function deactivateOffer(
  app: App,
  offer: ActivatedOffer,
  buyerEmail: string | undefined,
  requestId: string,
): Promise<void> {
  const email = parseEmail(buyerEmail)
  const origin = originOf(app, offer, requestId)
  await inTransaction(app.db, async (tx) => {
    const contactId = await findContact(tx, offer.site_id, email)
    if (!contactId) return
    await revokeWithin(tx, offer.site_id, [{ contactId, offerIds: [offer.id], origin }], origin.now)
  })
  app.onEvents()
}

/** @returns trimmed and lower-cased. @throws ApiError 422 in Kajabi's words */
function parseEmail(email: string | undefined): string {
  if (email === undefined || email.trim() === '') {
    throw refusal("email: can't be blank", 'Send the e-mail of the person as the parameter email.')
  }
  const address = parseEmailAddress(email)
  if (!address) throw refusal('email: is invalid', 'The parameter email is no e-mail address.')
  return address.toLowerCase()
}

/** As texts of contacts are limited everywhere. */
const LONGEST_TEXT = 1_000

function assertShort(name: string, text: string | undefined): void {
  if (text === undefined || text.length <= LONGEST_TEXT) return
  throw refusal(`${name}: is too long`, `The parameter ${name} may have ${LONGEST_TEXT} characters.`)
}

const originOf = ({ clock }: App, { id }: ActivatedOffer, requestId: string): Origin => ({
  actor: `inbound_url:${id}`,
  requestId,
  now: clock.now(),
})

async function findContact(tx: Tx, siteId: string, email: string): Promise<string | null> {
  const contact = await tx
    .selectFrom('contacts')
    .select('id')
    .where(sql`lower(email)`, '=', email)
    .where('site_id', '=', siteId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  return contact?.id ?? null
}

async function grantTo(
  tx: Tx,
  { site_id: siteId, id }: ActivatedOffer,
  contactId: string,
  isConfirmed: boolean,
  origin: Origin,
): Promise<void> {
  const change = {
    contactId,
    offerIds: [id],
    origin,
    source: 'inbound_url' as const,
    send_offer_grant_email: isConfirmed,
  }
  const [outcome] = await grantWithin(tx, siteId, [change], origin.now)
  switch (outcome!.error) {
    case 'subject_not_found':
      throw new ChangedMeanwhile()
    case 'email_taken':
      throw refusal('email: has already been taken', 'The customer of another contact has this e-mail.')
    case 'offer_not_found':
      throw notFound('The offer is archived.')
  }
  if (outcome!.granted[id]) return
  throw refusal('The offer has already been granted to this member', 'Nothing was changed.')
}

async function noteExternalId(
  tx: Tx,
  siteId: string,
  contactId: string,
  given: string | undefined,
  origin: Origin,
): Promise<void> {
  const externalUserId = given?.trim()
  if (!externalUserId) return
  const customer = await tx
    .selectFrom('customers')
    .select('external_user_id')
    .where('site_id', '=', siteId)
    .where('contact_id', '=', contactId)
    .executeTakeFirst()
  if (customer?.external_user_id === externalUserId) return
  try {
    await updateContact(tx, [siteId], contactId, { values: {}, externalUserId, ignored: [] }, origin)
  } catch (error) {
    if (!isTaken(error)) throw error
    throw refusal('external_user_id: has already been taken', 'Another customer has this id.')
  }
}

/** The contact was deleted between looking and granting. */
class ChangedMeanwhile extends Error {}

/** Of two who make the same contact one fails, and then finds it. */
async function retryingOnce(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isTaken(error) && !(error instanceof ChangedMeanwhile)) throw error
    await work()
  }
}

const isTaken = (error: unknown) => error instanceof ApiError && error.code === 'taken'

/** The words of Kajabi are the code of the error, which stands alone in a flat one. */
const refusal = (words: string, detail: string) => new ApiError(422, words, detail)
