/** The rules: the effect of each command on the world, and its result. docs/semantics.md is the same in prose. */
import type { Command, CommandOf, CommandType, Result } from '../commands.ts'
import { create, deleteContact, update } from './contacts.ts'
import { oncePerKey } from './idempotency.ts'
import { end, grant, isLive, replace, revoke } from './offers.ts'
import { read } from './read.ts'
import type { World } from './world.ts'

export function apply(world: World, command: Command): Result {
  const rule = rules[command.type] as (world: World, command: Command) => Result
  return oncePerKey(world, command, () => rule(world, command))
}

const rules: { [Which in CommandType]: (world: World, command: CommandOf<Which>) => Result } = {
  create,
  update,
  delete: deleteContact,
  grant,
  revoke,
  replace,

  // Customers who hold the offer keep it.
  archive(world, { offer }) {
    world.offers[offer]!.isArchived = true
    return 'done'
  },

  // Access ends at the minute in which it expires.
  wait(world, { hours }) {
    world.hour += hours
    for (const given of world.grants.filter(isLive)) {
      if (given.until !== null && given.until <= world.hour) end(world, given, 'expired')
    }
    return 'done'
  },

  // E-mails go to the address that their recipient has when they are rendered.
  settle(world) {
    for (const email of world.emails.filter(({ status }) => status === 'due')) {
      const recipient = world.contacts.find(({ id }) => id === email.who)!
      email.status = recipient.isDeleted ? 'cancelled' : 'kept'
      email.to = recipient.isDeleted ? null : recipient.email
    }
    return 'done'
  },

  read,
}
