/** A contact is a person known to a site by e-mail, which is trimmed, in ASCII lower case, and nobody else's. */
import type { ActOf, Answer, ContactName } from '../acts.ts'
import { contactAnswer, refusal } from '../words.ts'
import { end, isLive } from './offers.ts'
import type { Contact, World } from './world.ts'

const EMAIL_TAKEN = refusal(422, 'taken', '/data/attributes/email')
const NOT_FOUND = refusal(404, 'not_found')

export const contactOf = (world: World, who: ContactName): Contact | undefined =>
  world.contacts.find(({ id, isDeleted }) => id === who && !isDeleted)

const addressOf = (email: string) => email.trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase())

const isTaken = (world: World, email: string, by?: Contact) =>
  world.contacts.some((contact) => contact.email === email && !contact.isDeleted && contact !== by)

export function create(world: World, { as, attributes }: ActOf<'create'>): Answer {
  const email = addressOf(attributes.email)
  if (isTaken(world, email)) return EMAIL_TAKEN
  const contact = { id: as, name: attributes.name ?? '', email, isDeleted: false }
  world.contacts.push(contact)
  world.events.push({ type: 'contact_created', who: as })
  return contactAnswer(201, as, contact)
}

export function update(world: World, { who, attributes }: ActOf<'update'>): Answer {
  const contact = contactOf(world, who)
  if (!contact) return NOT_FOUND
  const email = addressOf(attributes.email ?? contact.email)
  if (isTaken(world, email, contact)) return EMAIL_TAKEN
  const before = { ...contact }
  contact.email = email
  contact.name = attributes.name ?? contact.name
  // A customer always has a name.
  if (contact.name === '' && world.customers.includes(who)) contact.name = nameFrom(email)
  // What was so already is no change.
  if (contact.name !== before.name || contact.email !== before.email)
    world.events.push({ type: 'contact_updated', who })
  return contactAnswer(200, who, contact)
}

/** The customer goes with the contact; what identifies the person is erased, also in what is kept for others. */
export function deleteContact(world: World, { who }: ActOf<'delete'>): Answer {
  const contact = contactOf(world, who)
  if (!contact) return NOT_FOUND
  for (const grant of world.grants) {
    if (grant.who !== who) continue
    if (isLive(grant)) end(world, grant, 'contact_deleted')
    if (grant.gift) grant.gift = {}
  }
  contact.isDeleted = true
  for (const email of world.emails) if (email.who === who) email.to = null
  world.keptAnswers = world.keptAnswers.filter(({ tells }) => tells !== who)
  world.events.push({ type: 'contact_deleted', who })
  return '200 deleted'
}

export const nameFrom = (email: string) => email.split('@')[0]!
