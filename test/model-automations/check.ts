import fc from 'fast-check'
import { evening, STORIES } from './acts.ts'
import type { Server } from './server.ts'
import { describe, shorten, tell } from './tell.ts'

/**
 * Makes up stories and tells each to the server and to the model, until one ends otherwise than the model says.
 *
 * @returns that story, or null
 */
export async function findDivergence(server: Server, count: number, seed: number): Promise<string | null> {
  for (const made of fc.sample(evening, { seed, numRuns: Math.ceil(count / STORIES) })) {
    // Some of its objects have no prototype, and would be equal to none that does.
    const told = structuredClone(made)
    const found = await tell(server, told)
    if (found) return describe(told.hours, await shorten(server, told.hours, found))
  }
  return null
}
