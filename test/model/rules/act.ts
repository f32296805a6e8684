/** The rules: what each act does to the world, and what is answered. docs/semantics.md says the same in prose. */
import type { Act, ActOf, Answer, Do } from '../acts.ts'
import { create, deleteContact, update } from './contacts.ts'
import { onceForItsKey } from './idempotency.ts'
import { look } from './look.ts'
import { end, grant, isLive, replace, revoke } from './offers.ts'
import type { World } from './world.ts'

export function act(world: World, what: Act): Answer {
  const rule = rules[what.do] as (world: World, what: Act) => Answer
  return onceForItsKey(world, what, () => rule(world, what))
}

const rules: { [Which in Do]: (world: World, what: ActOf<Which>) => Answer } = {
  create,
  update,
  delete: deleteContact,
  grant,
  revoke,
  replace,

  // Who holds the offer keeps it.
  archive(world, { offer }) {
    world.offers[offer]!.isArchived = true
    return 'done'
  },

  // Access ends by itself, at the minute.
  wait(world, { hours }) {
    world.hour += hours
    for (const given of world.grants.filter(isLive)) {
      if (given.until !== null && given.until <= world.hour) end(world, given, 'expired')
    }
    return 'done'
  },

  // E-mails go to the address that their recipient has by then.
  settle(world) {
    for (const email of world.emails.filter(({ status }) => status === 'due')) {
      const recipient = world.contacts.find(({ id }) => id === email.who)!
      email.status = recipient.isDeleted ? 'cancelled' : 'kept'
      email.to = recipient.isDeleted ? null : recipient.email
    }
    return 'done'
  },

  look,
}
