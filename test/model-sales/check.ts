/** Generates scenarios, runs each on the server and on the model, and reports the shortest one in which they differ. */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { makeOffer } from '../../src/testing/fixtures.ts'
import type { Harness } from '../../src/testing/harness.ts'
import { type Command, OFFERS, scenarios } from './commands.ts'
import { Model } from './model.ts'
import { Scenario, type Shop } from './perform.ts'

export async function openShop(h: Harness): Promise<Shop> {
  const { siteId } = h.account
  const offers = []
  for (let n = 0; n < OFFERS; n++) offers.push(await makeOffer(h.app, siteId))
  return { h, siteId, offers }
}

/** What differs after one of the commands; null: nothing does. */
async function differenceIn(shop: Shop, commands: Command[]): Promise<string | null> {
  const model = new Model()
  const scenario = new Scenario(shop)
  await scenario.begin()
  for (const [position, command] of commands.entries()) {
    const refundable = command.do === 'refund' ? model.refundable(command.charge) : null
    const wanted = { isRefused: model.apply(command), ...model.shown() }
    const found = { isRefused: await scenario.perform(command, refundable), ...(await scenario.shown()) }
    if (!isDeepStrictEqual(found, wanted))
      return [
        `After command ${position + 1} of`,
        ...commands.slice(0, position + 1).map((each) => `  ${JSON.stringify(each)}`),
        `the model has   ${JSON.stringify(wanted)}`,
        `the server has  ${JSON.stringify(found)}`,
      ].join('\n')
  }
  return null
}

/** @returns the report of the shortest scenario that differs; null: none does */
export async function findDivergence(shop: Shop, count: number, seed: number): Promise<string | null> {
  const agrees = fc.asyncProperty(scenarios, async (commands) => {
    const difference = await differenceIn(shop, commands)
    if (difference !== null) throw new Error(difference)
  })
  const path = process.env.MODEL_PATH
  const details = await fc.check(agrees, { numRuns: path ? 1 : count, seed, ...(path && { path }) })
  if (!details.failed) return null
  const { message } = details.errorInstance as Error
  return `${message}\n\nMODEL_SEED=${seed} MODEL_PATH=${details.counterexamplePath}`
}
