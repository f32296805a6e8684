/** Runs the scenarios of a batch on the server and on the model, and compares both. */
import { isDeepStrictEqual } from 'node:util'
import { runOnModel } from './apply.ts'
import type { Batch, Scenario } from './commands.ts'
import { readFacts } from './facts.ts'
import { perform } from './perform.ts'
import type { TestServer } from './test-server.ts'
import { createTestSites } from './test-sites.ts'

/** A scenario in which the server and the model differ. */
export interface Divergence {
  scenario: Scenario
  server: string[]
  model: string[]
}

export async function runBatch(server: TestServer, { hours, scenarios }: Batch): Promise<Divergence | null> {
  const { app } = server.h
  const sites = await createTestSites(app, scenarios.length)
  for (const [index, more] of hours.entries()) {
    server.moveBy(more)
    await server.settle()
    await Promise.all(
      scenarios.map(async (scenario, n) => {
        if (scenario[index]) await perform(app, sites[n]!, scenario[index])
      }),
    )
    await server.settle()
  }
  const facts = await readFacts(app, sites)
  for (const [n, scenario] of scenarios.entries()) {
    const model = runOnModel(scenario, hours)
    if (!isDeepStrictEqual(facts[n], model)) return { scenario, server: facts[n]!, model }
  }
  return null
}

/** The same scenario without the commands that the difference does not need. */
export async function shorten(server: TestServer, hours: number[], found: Divergence): Promise<Divergence> {
  let shortest = found
  for (let index = found.scenario.length - 1; index >= 0; index--) {
    const shorter = shortest.scenario.with(index, { type: 'skip' })
    shortest = (await runBatch(server, { hours, scenarios: [shorter] })) ?? shortest
  }
  return shortest
}

export function describe(hours: number[], { scenario, server, model }: Divergence): string {
  return [
    ...scenario.flatMap((command, index) =>
      command.type === 'skip'
        ? []
        : [`  ${index + 1}. after ${hours[index]} hours: ${JSON.stringify(command)}`],
    ),
    ...server.filter((line) => !model.includes(line)).map((line) => `  server: ${line}`),
    ...model.filter((line) => !server.includes(line)).map((line) => `  model:  ${line}`),
  ].join('\n')
}
