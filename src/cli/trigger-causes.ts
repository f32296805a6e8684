/** How `bestow trigger` causes each event: by what causes it otherwise, too. */
import { randomUUID } from 'node:crypto'
import { offers } from '../catalogue/offers/offers.resource.ts'
import { findForm } from '../forms/find-form.ts'
import { forms } from '../forms/forms.resource.ts'
import { submitForm } from '../forms/submit-form.ts'
import { type ChangeOffers, changeOffers } from '../grants/change-offers.ts'
import { type Contact, contactRows } from '../people/contacts/contacts.resource.ts'
import { createContact } from '../people/contacts/create-contact.ts'
import { ensureContact } from '../people/contacts/ensure-contact.ts'
import { updateContact } from '../people/contacts/update-contact.ts'
import { changeTagsOfContact } from '../people/tags/change-tags-of-contact.ts'
import { contactTags } from '../people/tags/contact-tags.resource.ts'
import type { App } from '../platform/app.ts'
import { parseDuration } from '../platform/clock/clock.ts'
import { inTransaction, type Tx } from '../platform/db/database.ts'
import type { Origin } from '../platform/events/events.ts'
import { loadPage } from '../platform/jsonapi/load.ts'
import { parseQuery } from '../platform/jsonapi/query.ts'
import type { Resource, Row } from '../platform/jsonapi/resource.ts'
import { lockOne } from '../platform/records/lock-one.ts'
import { createOrder } from '../sales/orders/create-orders.ts'
import { findContactId } from './contacts.ts'
import { OPERATOR, type Operator } from './with-app.ts'

/** Addresses of the contacts that this command makes, which --cleanup deletes. */
export const FIXTURE_DOMAIN = '@bestow.example'
const FIXTURE = `trigger${FIXTURE_DOMAIN}`

const newFixture = (): string => `trigger+${randomUUID().slice(0, 8)}${FIXTURE_DOMAIN}`

/** What an event is to be about. */
export interface Wishes {
  contact?: string
  offer?: string
  tag?: string
  form?: string
  again?: boolean
}

export interface Scene {
  app: App
  operator: Operator
  siteId: string
  options: Wishes
  origin: Origin
}

export const CAUSES: Record<string, (scene: Scene) => Promise<void>> = {
  contact_created: (scene) => createFixture(scene, newFixture()),
  contact_updated: changeName,
  customer_created: (scene) => grantToNewContact(scene),
  offer_granted: (scene) => changeOffer(scene, 'grant', false),
  gift_granted: (scene) => changeOffer(scene, 'grant', true),
  offer_revoked: (scene) => changeOffer(scene, 'revoke', false),
  access_extended: extendAccess,
  tag_added: (scene) => changeTag(scene, 'add'),
  tag_removed: (scene) => changeTag(scene, 'remove'),
  form_submission: submitFirstForm,
  order_created: sell,
  purchase: sell,
  payment_succeeded: sell,
}

/** The contact of the command: the one that is named, or one that it makes once and uses again. */
async function contactOf({ app, operator, siteId, options, origin }: Scene): Promise<string> {
  if (options.contact !== undefined) return findContactId(app, operator, options.contact, siteId)
  const values = { name: 'Trigger Test', email: FIXTURE }
  const { contact } = await inTransaction(app.db, (tx) => ensureContact(tx, siteId, values, origin))
  return contact.id
}

async function createFixture({ app, siteId, origin }: Scene, email: string): Promise<void> {
  await inTransaction(app.db, (tx) => createContact(tx, siteId, { name: 'Trigger Test', email }, origin))
}

async function changeName(scene: Scene): Promise<void> {
  const { app, siteId, origin } = scene
  const id = await contactOf(scene)
  await inTransaction(app.db, async (tx) => {
    const contact = await lockOne<Contact>(tx, contactRows, [siteId], id)
    // Another one each time: what is so already is no change.
    const address_line_1 = `${randomUUID().slice(0, 4)} Trigger Street`
    await updateContact(tx, contact, { values: { address_line_1 } }, origin)
  })
}

async function grantToNewContact(scene: Scene): Promise<void> {
  if (scene.options.contact !== undefined) return changeOffer(scene, 'grant', false)
  const email = newFixture()
  await createFixture(scene, email)
  await changeOffer({ ...scene, options: { ...scene.options, contact: email } }, 'grant', false)
}

async function offerOf(scene: Scene, isGift: boolean): Promise<string> {
  if (scene.options.offer !== undefined) return scene.options.offer
  const found = (await listOf(scene, offers, {})).find((row) => row.is_gift === isGift)
  if (found) return found.id
  throw new Error(`There is no ${isGift ? 'gift ' : ''}offer that can be granted; name one with --offer.`)
}

async function change(scene: Scene, mode: 'grant' | 'revoke', offerId: string, more: object = {}) {
  const wanted: ChangeOffers = {
    mode,
    offerIds: [offerId],
    caller: { account_id: scene.operator.accountId },
    subject: { parent: 'contacts', id: await contactOf(scene) },
    options: { actor: OPERATOR, source: 'cli', request_id: null, ...more },
    idempotency: null,
  }
  const outcome = await changeOffers(scene.app, wanted)
  if (outcome.error === 'offer_not_found')
    throw new Error(`There is no offer ${offerId} that can be granted.`)
  if (outcome.error === 'subject_not_found') throw new Error(`There is no contact ${scene.options.contact}.`)
  if (outcome.error) throw new Error(`The offer could not be changed: ${outcome.error}.`)
  return outcome
}

async function changeOffer(scene: Scene, mode: 'grant' | 'revoke', isGift: boolean): Promise<void> {
  const offerId = await offerOf(scene, isGift)
  const other = mode === 'grant' ? 'revoke' : 'grant'
  const done = await change(scene, mode, offerId)
  const isChanged = mode === 'grant' ? done.offers?.[0]?.status === 'granted' : done.revoked.length > 0
  if (isChanged) return
  if (!scene.options.again)
    throw new Error(
      `The contact ${mode === 'grant' ? 'holds' : 'does not hold'} the offer ${offerId} already; --again undoes that first.`,
    )
  await change(scene, other, offerId)
  await change(scene, mode, offerId)
}

async function extendAccess(scene: Scene): Promise<void> {
  const offerId = await offerOf(scene, false)
  const inDays = (days: string) => new Date(scene.origin.now.getTime() + parseDuration(days)).toISOString()
  // An end that is not later than before is no extension.
  await change(scene, 'revoke', offerId)
  await change(scene, 'grant', offerId, { expires_at: inDays('30d') })
  await change(scene, 'grant', offerId, { expires_at: inDays('60d') })
}

async function changeTag(scene: Scene, mode: 'add' | 'remove'): Promise<void> {
  const { app, siteId, options, origin } = scene
  const tag = options.tag ?? (await firstTag(scene))
  const id = await contactOf(scene)
  await inTransaction(app.db, async (tx: Tx) => {
    const contact = await lockOne<Contact>(tx, contactRows, [siteId], id)
    const set = (one: 'add' | 'remove') =>
      changeTagsOfContact(tx, contact, { mode: one, tagIds: [tag], pointer: '/data' }, origin)
    const { added, removed } = await set(mode)
    if (added.length + removed.length > 0) return
    if (!options.again)
      throw new Error(
        `The contact ${mode === 'add' ? 'has' : 'does not have'} the tag ${tag} already; --again undoes that first.`,
      )
    await set(mode === 'add' ? 'remove' : 'add')
    await set(mode)
  })
}

async function firstTag(scene: Scene): Promise<string> {
  const [found] = await listOf(scene, contactTags, {})
  if (found) return found.id
  throw new Error('There is no tag; make one with `bestow tags create --name Test`.')
}

async function submitFirstForm(scene: Scene): Promise<void> {
  const { app, siteId, options, origin } = scene
  const contact = await lockOneContact(scene)
  const all = await listOf(scene, forms, {})
  const { id } = (options.form === undefined ? all[0] : all.find((row) => row.id === options.form)) ?? {}
  if (id === undefined)
    throw new Error(
      options.form === undefined
        ? 'There is no form; make one with `bestow forms create --title Test`.'
        : `There is no form ${options.form}.`,
    )
  const form = (await findForm(app.db, siteId, id))!
  const submitted = { name: contact.name ?? '', email: contact.email, answers: {} }
  // As if the e-mail with the confirmation had been answered.
  const confirmed = { ...form, double_opt_in: false }
  await inTransaction(app.db, (tx) =>
    submitForm(tx, confirmed, { submitted, trust: 'confirmed', language: null }, origin),
  )
}

/** A sale in which no money moves, so that reports stay as they are. */
async function sell(scene: Scene): Promise<void> {
  const { app, siteId, options, origin } = scene
  const contactId = await contactOf(scene)
  const priced = (await listOf(scene, offers, {})).find((row) => Number(row.price_in_cents) > 0)
  const offer_id = options.offer ?? priced?.id
  if (offer_id === undefined)
    throw new Error('There is no offer with a price; name one with --offer, or give one a price.')
  const sale = { items: [{ offer_id }], test: true }
  await inTransaction(app.db, (tx) =>
    createOrder(tx, { siteId, values: sale, customer: { contactId }, options: {}, origin }),
  )
}

async function lockOneContact(scene: Scene): Promise<Contact> {
  const id = await contactOf(scene)
  return inTransaction(scene.app.db, (tx) => lockOne<Contact>(tx, contactRows, [scene.siteId], id))
}

/** Resources of the site that are not archived, in the order of their ids. */
export async function listOf(
  { app, siteId, operator: { scope } }: Scene,
  resource: Resource,
  parameters: Record<string, string>,
): Promise<Row[]> {
  const query = parseQuery(resource, { 'filter[site_id]': siteId, 'page[size]': '500', ...parameters }, scope)
  const { rows } = (await loadPage(app.db, resource, query, scope)).primary
  return rows.toSorted((one, other) => Number(one.id) - Number(other.id))
}
