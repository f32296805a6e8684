/** The state of the site, in lines; server/facts.ts reads the same from the database. */
import { aliasLine, contactLine, customerLine, emailLine, eventLine, grantLine } from '../format.ts'
import type { World } from './world.ts'

/** @param isSettled whether the background work has run; otherwise e-mails may or may not be written, and are left out */
export function factsOf(world: World, isSettled: boolean): string[] {
  const erased = { name: '', email: null }
  const people = world.contacts.map((contact) => ({
    who: contact.id,
    ...(contact.isDeleted ? erased : contact),
  }))
  return [
    ...people.map((person) => contactLine(person.who, person)),
    ...world.contacts
      .filter(({ isDeleted }) => !isDeleted)
      .flatMap(({ id, aliases }) => aliases.map((email) => aliasLine(id, email))),
    ...people
      .filter(({ who }) => world.customers.includes(who))
      .map((person) => customerLine(person.who, person)),
    ...world.grants.map(grantLine),
    ...world.events.map(eventLine),
    ...(isSettled ? world.emails.map(emailLine) : []),
  ].sort()
}
