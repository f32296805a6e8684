/** The responses to requests for all contacts and their customers. */
import type { Result } from '../commands.ts'
import { pageLine } from '../format.ts'
import { contactOf } from './contacts.ts'
import { held, isLive } from './offers.ts'
import { nowIn, type World } from './world.ts'

/** Deleted contacts are not found. The offers of a contact and of its customer are the same. */
export function read(world: World): Result {
  const lines = world.contacts.flatMap(({ id }) => {
    const contact = contactOf(world, id)
    if (!contact) return [pageLine('contact', id, null), pageLine('customer', id, null)]
    const offers = held(world, contact)
    const page = { ...contact, offers, listed: offers }
    const isCustomer = world.customers.includes(id)
    return [
      pageLine('contact', id, page),
      pageLine('customer', id, isCustomer ? { ...page, products: openProducts(world, id) } : null),
    ]
  })
  return lines.sort().join('\n')
}

/** The products of held offers whose access has begun. */
function openProducts(world: World, who: string): string[] {
  const begun = world.grants.filter(
    (grant) => grant.who === who && isLive(grant) && grant.from <= nowIn(world),
  )
  return [...new Set(begun.flatMap(({ offer }) => world.offers[offer]!.products))].sort()
}
