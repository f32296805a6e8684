/** Merging: one contact gets what two had, and the other ends. */
import type { CommandOf, Result } from '../commands.ts'
import { mergedResult, refusal } from '../format.ts'
import { contactOf, nameFrom } from './contacts.ts'
import { isLive } from './offers.ts'
import type { Contact, World } from './world.ts'

export function merge(world: World, { into: intoName, from: fromName }: CommandOf<'merge'>): Result {
  const into = contactOf(world, intoName)
  const from = contactOf(world, fromName)
  if (!into || !from) return refusal(404, 'not_found')
  if (into === from) return refusal(422, 'same_contact', '/data/id')
  const moved = {
    grants: world.grants.filter(({ who }) => who === from.id).length,
    addresses: 1 + from.aliases.length,
  }
  joinDuplicates(world, into, from)
  for (const record of [...world.grants, ...world.events, ...world.emails])
    if (record.who === from.id) record.who = into.id
  passCustomerOn(world, into, from)
  const isCustomer = world.customers.includes(into.id)
  into.name = givenName(into) || givenName(from) || (isCustomer ? nameFrom(into.email) : into.name)
  into.aliases.push(...from.aliases, from.email)
  Object.assign(from, { aliases: [], isDeleted: true, mergedInto: into.id })
  world.keptResults = world.keptResults.filter(({ containsDataOf }) => containsDataOf !== from.id)
  world.events.push({ type: 'contact_merged', who: into.id })
  return mergedResult(into.id, into, moved)
}

/** A name that was made from the e-mail is none. */
const givenName = ({ name, email }: Contact): string => (name === nameFrom(email) ? '' : name)

/** Of an offer that both hold, the grant of the contact that stays has the earlier start and the later end of the two. */
function joinDuplicates(world: World, into: Contact, from: Contact): void {
  for (const given of world.grants.filter((one) => one.who === from.id && isLive(one))) {
    const kept = world.grants.find((one) => one.who === into.id && one.offer === given.offer && isLive(one))
    if (!kept) continue
    kept.from = Math.min(kept.from, given.from)
    if ((given.until ?? Infinity) > (kept.until ?? Infinity)) {
      kept.until = given.until
      kept.announcedAt = given.announcedAt
    }
    given.ended = 'merged'
    world.events.push({ type: 'grant_merged', who: into.id, offer: given.offer })
  }
}

/** The customer of the contact that stays remains the customer; without one, that of the other is its customer now. */
function passCustomerOn(world: World, into: Contact, from: Contact): void {
  if (!world.customers.includes(from.id)) return
  world.customers = world.customers.filter((who) => who !== from.id)
  if (world.customers.includes(into.id)) return
  world.customers.push(into.id)
  world.passedOn.push(from.id)
}
