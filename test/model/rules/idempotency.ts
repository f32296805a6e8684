/** A request with an Idempotency-Key takes effect once; one that fails leaves the key free. */
import type { Command, ContactName, Result } from '../commands.ts'
import { hasFailed, refusal, replayed } from '../format.ts'
import type { KeptResult, World } from './world.ts'

const LIFETIME_HOURS = 24

export function oncePerKey(world: World, command: Command, run: () => Result): Result {
  if (!('key' in command) || command.key === undefined) return run()
  const { key } = command
  const route = 'parent' in command ? `${command.type} ${command.parent}` : command.type
  const body = JSON.stringify({ ...command, as: undefined })
  const hasKey = (kept: KeptResult) => kept.route === route && kept.key === key
  const first = world.keptResults.find((kept) => hasKey(kept) && world.hour - kept.at < LIFETIME_HOURS)
  if (first) {
    return first.body === body
      ? replayed(first.result)
      : refusal(422, 'idempotency_key_reused', 'Idempotency-Key')
  }
  const result = run()
  if (hasFailed(result)) return result
  world.keptResults = world.keptResults.filter((kept) => !hasKey(kept))
  world.keptResults.push({ route, key, body, result, at: world.hour, containsDataOf: shownBy(command) })
  return result
}

function shownBy(command: Command): ContactName | null {
  if (command.type === 'create') return command.as
  if (command.type === 'update') return command.who
  return command.type === 'merge' ? command.into : null
}
