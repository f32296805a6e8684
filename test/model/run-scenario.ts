/** Runs a scenario on the server and on the model, and compares both after each step. */
import { isDeepStrictEqual } from 'node:util'
import type { Choice, Progress } from './choices.ts'
import type { Command, Result } from './commands.ts'
import { Divergence } from './divergence.ts'
import { withPresentOwners } from './format.ts'
import { apply } from './rules/apply.ts'
import { survivorOf } from './rules/contacts.ts'
import { factsOf } from './rules/facts.ts'
import { newWorld, type World } from './rules/world.ts'
import type { Scenario } from './scenarios.ts'
import { factsOn } from './server/facts.ts'
import { perform } from './server/perform.ts'
import type { TestServer } from './server/test-server.ts'
import { TestSite } from './server/test-site.ts'

/** The results of a step's commands, and the state of the site afterwards. */
export interface StepResult {
  results: Result[]
  facts: string[]
}

/** The result of a step in the model when its commands are applied in this order. */
export interface Prediction extends StepResult {
  order: number[]
  world: World
}

export interface Executed {
  commands: Command[]
  results: Result[]
}

/** @throws Divergence when the server does something that the model predicts for no order of a step's commands */
export async function runScenario(server: TestServer, scenario: Scenario): Promise<void> {
  const site = await TestSite.create(server, scenario)
  const executed: Executed[] = []
  let world = newWorld(scenario.confirms)
  for (const step of scenario.steps) {
    const commands = resolve(step, { world, commands: executed.flatMap((earlier) => earlier.commands) })
    const observed = await execute(site, commands)
    const predictions = ordersOf(commands.length).map((order) => predict(world, commands, order))
    executed.push({ commands, results: observed.results })
    const matching = predictions.find(({ results, facts }) => isDeepStrictEqual({ results, facts }, observed))
    if (!matching) throw new Divergence(executed, observed, predictions)
    world = matching.world
  }
}

function resolve(step: Choice[], { world, commands }: Progress): Command[] {
  const resolved: Command[] = []
  for (const choice of step) resolved.push(choice({ world, commands: [...commands, ...resolved] }))
  return resolved
}

async function execute(site: TestSite, commands: Command[]): Promise<StepResult> {
  const readers = await Promise.all(commands.map((one) => perform(site, one).catch(undocumented)))
  await site.read()
  return { results: readers.map((read) => read()), facts: factsOn(site, isSettled(commands)) }
}

/** A response that is not as documented is a result that the model never predicts. */
const undocumented = (error: Error) => () => `undocumented: ${error.message}`

function predict(before: World, commands: Command[], order: number[]): Prediction {
  const world = structuredClone(before)
  const results: Result[] = []
  for (const index of order) results[index] = apply(world, commands[index]!)
  const present = results.map((one) => withPresentOwners(one, (who) => survivorOf(world, who)))
  return { order, world, results: present, facts: factsOf(world, isSettled(commands)) }
}

const isSettled = (commands: Command[]) => commands.every((one) => one.type === 'settle')

/** All permutations of the numbers below `count`. */
function ordersOf(count: number): number[][] {
  if (count === 0) return [[]]
  return ordersOf(count - 1).flatMap((order) =>
    Array.from({ length: count }, (_, place) => order.toSpliced(place, 0, count - 1)),
  )
}
