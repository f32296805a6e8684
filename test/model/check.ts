/** Generates scenarios, runs each on the server and on the model, and reports the shortest one in which they differ. */
import fc from 'fast-check'
import { Divergence } from './divergence.ts'
import { runScenario } from './run-scenario.ts'
import type { Scenario } from './scenarios.ts'
import type { TestServer } from './server/test-server.ts'

export interface Plan {
  scenarios: fc.Arbitrary<Scenario>
  count: number
}

/**
 * MODEL_SEED and MODEL_PATH run a failed scenario again; MODEL_COUNT is the number of scenarios to run instead of `count`.
 *
 * @throws Error with the shortest scenario in which the server and the model differ
 */
export async function check(server: TestServer, { scenarios, count }: Plan): Promise<void> {
  const { MODEL_SEED, MODEL_PATH, MODEL_COUNT } = process.env
  const details = await fc.check(agreementOn(server, scenarios), {
    numRuns: MODEL_PATH === undefined ? Number(MODEL_COUNT ?? count) : 1,
    ...(MODEL_SEED !== undefined && { seed: Number(MODEL_SEED), path: MODEL_PATH }),
  })
  if (details.failed) throw new Error(reportOf(details))
}

/** The number of scenarios until the first in which the server and the model differ; null when there is none. */
export async function scenariosUntilDivergence(
  server: TestServer,
  { scenarios, count }: Plan,
  seed: number,
): Promise<number | null> {
  const plan = { seed, numRuns: count, endOnFailure: true }
  const { failed, numRuns, errorInstance } = await fc.check(agreementOn(server, scenarios), plan)
  if (failed && !(errorInstance instanceof Divergence)) throw errorInstance
  return failed ? numRuns : null
}

const agreementOn = (server: TestServer, scenarios: fc.Arbitrary<Scenario>) =>
  fc.asyncProperty(scenarios, (scenario) => runScenario(server, scenario))

function reportOf({
  seed,
  counterexamplePath,
  numRuns,
  numShrinks,
  errorInstance,
}: fc.RunDetails<[Scenario]>) {
  const { stack, message } = errorInstance as Error
  return [
    `In scenario ${numRuns} the server and the model differ. Shortened ${numShrinks} times:`,
    '',
    errorInstance instanceof Divergence ? message : stack,
    '',
    `To run it again: MODEL_SEED=${seed} MODEL_PATH=${counterexamplePath} npm test -- <this file>`,
  ].join('\n')
}
