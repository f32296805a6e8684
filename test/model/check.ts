/** Makes up stories, tells each to the server and to the model, and reports the shortest in which they differ. */
import fc from 'fast-check'
import { Divergence } from './divergence.ts'
import type { Theatre } from './server/theatre.ts'
import type { Story } from './stories.ts'
import { tell } from './tell.ts'

export interface Plan {
  stories: fc.Arbitrary<Story>
  count: number
}

/**
 * MODEL_SEED and MODEL_PATH tell a story that has failed again, MODEL_COUNT tells so many instead of `count`.
 *
 * @throws Error with the shortest story that ends otherwise than the model says
 */
export async function check(theatre: Theatre, { stories, count }: Plan): Promise<void> {
  const { MODEL_SEED, MODEL_PATH, MODEL_COUNT } = process.env
  const details = await fc.check(tellingTo(theatre, stories), {
    numRuns: MODEL_PATH === undefined ? Number(MODEL_COUNT ?? count) : 1,
    ...(MODEL_SEED !== undefined && { seed: Number(MODEL_SEED), path: MODEL_PATH }),
  })
  if (details.failed) throw new Error(reportOf(details))
}

/** How many stories it takes until one ends otherwise than the model says; null when none of them does. */
export async function storiesUntilDivergence(
  theatre: Theatre,
  { stories, count }: Plan,
  seed: number,
): Promise<number | null> {
  const plan = { seed, numRuns: count, endOnFailure: true }
  const { failed, numRuns, errorInstance } = await fc.check(tellingTo(theatre, stories), plan)
  if (failed && !(errorInstance instanceof Divergence)) throw errorInstance
  return failed ? numRuns : null
}

const tellingTo = (theatre: Theatre, stories: fc.Arbitrary<Story>) =>
  fc.asyncProperty(stories, (story) => tell(theatre, story))

function reportOf({ seed, counterexamplePath, numRuns, numShrinks, errorInstance }: fc.RunDetails<[Story]>) {
  const { stack, message } = errorInstance as Error
  return [
    `Story ${numRuns} ends otherwise than the model says. It was made shorter ${numShrinks} times:`,
    '',
    errorInstance instanceof Divergence ? message : stack,
    '',
    `To tell it again: MODEL_SEED=${seed} MODEL_PATH=${counterexamplePath} npm test -- <this file>`,
  ].join('\n')
}
