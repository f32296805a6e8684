/** A request with an Idempotency-Key acts once; one that failed leaves the key free. */
import type { Act, Answer } from '../acts.ts'
import { hasFailed, refusal, replayed } from '../words.ts'
import type { World } from './world.ts'

const LIFE_HOURS = 24

export function onceForItsKey(world: World, what: Act, run: () => Answer): Answer {
  if (!('key' in what) || what.key === undefined) return run()
  const { key } = what
  const route = 'door' in what ? `${what.do} ${what.door}` : what.do
  const said = JSON.stringify({ ...what, as: undefined })
  const isIt = (kept: World['keptAnswers'][number]) => kept.route === route && kept.key === key
  const first = world.keptAnswers.find((kept) => isIt(kept) && world.hour - kept.at < LIFE_HOURS)
  if (first) {
    return first.said === said
      ? replayed(first.answer)
      : refusal(422, 'idempotency_key_reused', 'Idempotency-Key')
  }
  const answer = run()
  if (hasFailed(answer)) return answer
  const tells = what.do === 'create' ? what.as : what.do === 'update' ? what.who : null
  world.keptAnswers = world.keptAnswers.filter((kept) => !isIt(kept))
  world.keptAnswers.push({ route, key, said, answer, at: world.hour, tells })
  return answer
}
