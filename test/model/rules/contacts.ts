/** A contact is a person known to a site by e-mail: trimmed, in ASCII lower case, and unique on the site. */
import type { CommandOf, ContactName, Result } from '../commands.ts'
import { contactResult, foundResult, refusal } from '../format.ts'
import { end, isLive } from './offers.ts'
import type { Contact, World } from './world.ts'

const EMAIL_TAKEN = refusal(422, 'taken', '/data/attributes/email')
const TAKEN_AS_ALIAS = refusal(422, 'taken_as_alias', '/data/attributes/email')
const NOT_FOUND = refusal(404, 'not_found')

export const contactOf = (world: World, who: ContactName): Contact | undefined =>
  world.contacts.find(({ id, isDeleted }) => id === who && !isDeleted)

/** The contact that it is now, after all merges. */
export function survivorOf(world: World, who: ContactName): ContactName {
  const mergedInto = world.contacts.find(({ id }) => id === who)?.mergedInto
  return mergedInto ? survivorOf(world, mergedInto) : who
}

/** The contact of the customer that a contact was before any merges; a merge of two customers leaves one of them. */
export function contactOfCustomer(world: World, who: ContactName): Contact | undefined {
  if (world.passedOn.includes(who))
    return contactOfCustomer(world, world.contacts.find(({ id }) => id === who)!.mergedInto!)
  return world.customers.includes(who) ? contactOf(world, who) : undefined
}

const addressOf = (email: string) => email.trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase())

/** Why an address cannot be given to a contact; null: it can. */
function whyTaken(world: World, email: string, to?: Contact): Result | null {
  const others = world.contacts.filter((contact) => !contact.isDeleted && contact !== to)
  if (others.some((contact) => contact.email === email)) return EMAIL_TAKEN
  return others.some(({ aliases }) => aliases.includes(email)) ? TAKEN_AS_ALIAS : null
}

export function create(world: World, { as, attributes }: CommandOf<'create'>): Result {
  const email = addressOf(attributes.email)
  const refused = whyTaken(world, email)
  if (refused) return refused
  const contact: Contact = {
    ...{ id: as, name: attributes.name ?? '', email, aliases: [] },
    ...{ isDeleted: false, mergedInto: null },
  }
  world.contacts.push(contact)
  world.events.push({ type: 'contact_created', who: as })
  return contactResult(201, as, contact)
}

export function update(world: World, { who, attributes }: CommandOf<'update'>): Result {
  const contact = contactOf(world, who)
  if (!contact) return NOT_FOUND
  const email = addressOf(attributes.email ?? contact.email)
  const refused = whyTaken(world, email, contact)
  if (refused) return refused
  const before = { ...contact }
  contact.email = email
  if (email !== before.email)
    contact.aliases = [...before.aliases.filter((alias) => alias !== email), before.email]
  contact.name = attributes.name ?? contact.name
  // A customer always has a name.
  if (contact.name === '' && world.customers.includes(who)) contact.name = nameFrom(email)
  // A request that changes nothing records no event.
  if (contact.name !== before.name || contact.email !== before.email)
    world.events.push({ type: 'contact_updated', who })
  return contactResult(200, who, contact)
}

/** A former address finds the contact, too. */
export function find(world: World, { email }: CommandOf<'find'>): Result {
  const address = addressOf(email)
  const found = world.contacts.filter(
    (contact) => !contact.isDeleted && [contact.email, ...contact.aliases].includes(address),
  )
  return foundResult(found.map(({ id }) => id))
}

/** Deletes the customer with the contact. Data that identifies the person is erased, also in records that are kept. */
export function deleteContact(world: World, { who }: CommandOf<'delete'>): Result {
  const contact = contactOf(world, who)
  if (!contact) return NOT_FOUND
  for (const grant of world.grants) {
    if (grant.who !== who) continue
    if (isLive(grant)) end(world, grant, 'contact_deleted')
    if (grant.gift) grant.gift = {}
  }
  contact.isDeleted = true
  for (const email of world.emails) if (email.who === who) email.to = null
  world.keptResults = world.keptResults.filter(({ containsDataOf }) => containsDataOf !== who)
  world.events.push({ type: 'contact_deleted', who })
  return '200 deleted'
}

export const nameFrom = (email: string) => email.split('@')[0]!
