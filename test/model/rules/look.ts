/** What everybody sees who asks about the contacts and their customers. */
import type { Answer } from '../acts.ts'
import { pageLine } from '../words.ts'
import { contactOf } from './contacts.ts'
import { held, isLive } from './offers.ts'
import type { World } from './world.ts'

/** Who is deleted is not found. Offers are the same through both doors. */
export function look(world: World): Answer {
  const lines = world.contacts.flatMap(({ id }) => {
    const contact = contactOf(world, id)
    if (!contact) return [pageLine('contact', id, null), pageLine('customer', id, null)]
    const offers = held(world, contact)
    const page = { ...contact, offers, listed: offers }
    const isCustomer = world.customers.includes(id)
    return [
      pageLine('contact', id, page),
      pageLine('customer', id, isCustomer ? { ...page, products: reached(world, id) } : null),
    ]
  })
  return lines.sort().join('\n')
}

/** The products of what is held and has begun. */
function reached(world: World, who: string): string[] {
  const begun = world.grants.filter((grant) => grant.who === who && isLive(grant) && grant.from <= world.hour)
  return [...new Set(begun.flatMap(({ offer }) => world.offers[offer]!.products))].sort()
}
