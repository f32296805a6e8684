import { expect, test } from 'vitest'
import { isControlDue } from '../depth.ts'
import '../processes.ts'
import { bodiesForgotten, noUniqueDeliveries, recordedBeforehand } from './webhooks/faults.ts'
import { runWebhooks, SHORT, type WebhooksPlan } from './webhooks.ts'

const run = (plan: Partial<WebhooksPlan> = {}) =>
  runWebhooks({ ...SHORT, seed: Date.now() % 2 ** 31, say: () => {}, ...plan })

test('kill -9 of workers while receivers fail, hang and hang up: every event arrives, signed, under one id', async () => {
  const report = await run()
  expect(report).toMatchObject({ seed: report.seed, faults: [] })
})

/** Nobody is killed, and nobody hangs. */
const CALM: Partial<WebhooksPlan> = {
  events: 60,
  hooks: 10,
  workers: 1,
  kills: 0,
  moods: { fails: 0.3, hangs: 0, cuts: 0.05 },
  settleMs: 6_000,
}

test.runIf(isControlDue(0, 3))(
  'without the unique index on causes an event is delivered twice, under two ids',
  async () => {
    const { faults } = await run({ ...CALM, fault: noUniqueDeliveries })
    expect(faults).toContainEqual(expect.stringContaining('several ids'))
  },
)

test.runIf(isControlDue(1, 3))('recorded before it is sent, what fails is never tried again', async () => {
  const { faults } = await run({ ...CALM, fault: recordedBeforehand })
  expect(faults).toContainEqual(expect.stringContaining('was given up'))
})

test.runIf(isControlDue(2, 3))('bodies that are made anew for each attempt differ', async () => {
  const { faults } = await run({ ...CALM, fault: bodiesForgotten })
  expect(faults).toContainEqual(expect.stringContaining('several bodies'))
})
