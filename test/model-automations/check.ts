import fc from 'fast-check'
import { batch, SCENARIOS_PER_BATCH } from './commands.ts'
import { describe, runBatch, shorten } from './run-batch.ts'
import type { TestServer } from './test-server.ts'

/**
 * Generates scenarios and runs each on the server and on the model, until they differ.
 *
 * @returns the scenario with the difference, or null
 */
export async function findDivergence(
  server: TestServer,
  count: number,
  seed: number,
): Promise<string | null> {
  for (const sample of fc.sample(batch, { seed, numRuns: Math.ceil(count / SCENARIOS_PER_BATCH) })) {
    // Some objects of the sample have no prototype, so that isDeepStrictEqual() would find them different.
    const generated = structuredClone(sample)
    const found = await runBatch(server, generated)
    if (found) return describe(generated.hours, await shorten(server, generated.hours, found))
  }
  return null
}
