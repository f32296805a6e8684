/** The responses to requests for all contacts and their customers. */
import type { Result } from '../commands.ts'
import { type Page, pageLine } from '../format.ts'
import { contactOf, contactOfCustomer } from './contacts.ts'
import { held, isLive } from './offers.ts'
import { type Contact, nowIn, type World } from './world.ts'

/** Deleted contacts are not found. The offers of a contact and of its customer are the same. */
export function read(world: World): Result {
  const lines = world.contacts.flatMap(({ id }) => {
    const contact = contactOf(world, id)
    const customer = contactOfCustomer(world, id)
    return [
      pageLine('contact', id, contact ? pageOf(world, contact) : null),
      pageLine(
        'customer',
        id,
        customer ? { ...pageOf(world, customer), products: openProducts(world, customer.id) } : null,
      ),
    ]
  })
  return lines.sort().join('\n')
}

function pageOf(world: World, contact: Contact): Page {
  const offers = held(world, contact)
  return { ...contact, offers, listed: offers }
}

/** The products of held offers whose access has begun. */
function openProducts(world: World, who: string): string[] {
  const begun = world.grants.filter(
    (grant) => grant.who === who && isLive(grant) && grant.from <= nowIn(world),
  )
  return [...new Set(begun.flatMap(({ offer }) => world.offers[offer]!.products))].sort()
}
