/** The rules: the effect of each command on the world, and its result. docs/semantics.md is the same in prose. */
import type { Command, CommandOf, CommandType, Result } from '../commands.ts'
import { create, deleteContact, find, update } from './contacts.ts'
import { oncePerKey } from './idempotency.ts'
import { merge } from './merges.ts'
import { end, grant, isLive, replace, revoke, sendEmail } from './offers.ts'
import { changePeriod } from './periods.ts'
import { read } from './read.ts'
import { nowIn, type World } from './world.ts'

export function apply(world: World, command: Command): Result {
  world.commands++
  const rule = rules[command.type] as (world: World, command: Command) => Result
  return oncePerKey(world, command, () => rule(world, command))
}

const rules: { [Which in CommandType]: (world: World, command: CommandOf<Which>) => Result } = {
  create,
  update,
  delete: deleteContact,
  merge,
  grant,
  revoke,
  replace,
  period: changePeriod,
  find,

  // Customers who hold the offer keep it.
  archive(world, { offer }) {
    world.offers[offer]!.isArchived = true
    return 'done'
  },

  // Access ends at the minute in which it expires.
  wait(world, { hours }) {
    world.hour += hours
    for (const given of world.grants.filter(isLive)) {
      if (given.until !== null && given.until <= nowIn(world)) end(world, given, 'expired')
    }
    return 'done'
  },

  // An end of access is announced once, while access lasts. E-mails go to the address that their recipient has when
  // they are rendered.
  settle(world) {
    for (const given of world.grants.filter(isLive)) {
      if (given.announcedAt === null || given.announcedAt > nowIn(world)) continue
      given.announcedAt = null
      world.events.push({ type: 'access_ending', who: given.who, offer: given.offer })
      if (world.confirms) sendEmail(world, 'access_ending', given.who)
    }
    for (const email of world.emails.filter(({ status }) => status === 'due')) {
      const recipient = world.contacts.find(({ id }) => id === email.who)!
      email.status = recipient.isDeleted ? 'cancelled' : 'kept'
      email.to = recipient.isDeleted ? null : recipient.email
    }
    return 'done'
  },

  read,
}
