import { afterAll, beforeAll, expect, test } from 'vitest'
import { examine } from '../../src/operations/doctor/examine.ts'
import { type Harness, startHarness } from '../../src/testing/harness.ts'
import { scenarioCount } from '../depth.ts'
import { findDivergence, openShop } from './check.ts'
import type { Shop } from './perform.ts'

const SCENARIOS = Number(process.env.MODEL_COUNT ?? scenarioCount(20, 1_000))

let h: Harness
let shop: Shop
beforeAll(async () => {
  h = await startHarness()
  shop = await openShop(h)
})
afterAll(() => h.close())

test(`access, money and states of sales are those of the model, in ${SCENARIOS} scenarios`, async () => {
  const seed = Number(process.env.MODEL_SEED ?? Date.now() % 2 ** 31)
  expect(await findDivergence(shop, SCENARIOS, seed)).toBe(null)
})

test('after all scenarios, money adds up and no invariant of sales is violated', async () => {
  // Scenarios lie ahead of the clock.
  const clock = { now: () => new Date(Date.now() + 5 * 365 * 86_400_000) }
  const violated = (await examine({ ...h.app, clock })).filter(({ violations }) => violations !== 0)
  // Nothing has dispatched the events.
  expect(violated.filter(({ name }) => !/_stuck$|^dispatch$/.test(name))).toEqual([])
})
