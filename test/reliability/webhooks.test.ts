import { expect, test } from 'vitest'
import { isControlDue, isTrialDue } from '../depth.ts'
import { bodiesForgotten, noUniqueDeliveries, recordedBeforehand } from './webhooks/faults.ts'
import { runWebhooks, SHORT, type WebhooksPlan } from './webhooks.ts'

const run = (plan: Partial<WebhooksPlan> = {}) =>
  runWebhooks({ ...SHORT, seed: Date.now() % 2 ** 31, log: () => {}, ...plan })

test.runIf(isTrialDue('webhooks'))(
  'kill -9 of workers while receivers fail, hang and disconnect: every event arrives, signed, under one id',
  async () => {
    const report = await run()
    expect(report).toMatchObject({ seed: report.seed, faults: [] })
  },
)

/** Without kills, and with a receiver that does not hang. */
const CALM: Partial<WebhooksPlan> = {
  events: 60,
  hooks: 10,
  workers: 1,
  kills: 0,
  failureRates: { fails: 0.3, hangs: 0, cuts: 0.05 },
  settleMs: 6_000,
}

test.runIf(isControlDue(0, 7))(
  'without the unique index on causes, an event is delivered twice, under two ids',
  async () => {
    const { faults } = await run({ ...CALM, fault: noUniqueDeliveries })
    expect(faults).toContainEqual(expect.stringContaining('several ids'))
  },
)

test.runIf(isControlDue(3, 7))(
  'when deliveries are recorded before they are sent, failed ones are never retried',
  async () => {
    const { faults } = await run({ ...CALM, fault: recordedBeforehand })
    expect(faults).toContainEqual(expect.stringContaining('was never accepted'))
  },
)

test.runIf(isControlDue(5, 7))(
  'when the body is generated again for each attempt, the bodies differ',
  async () => {
    const { faults } = await run({ ...CALM, fault: bodiesForgotten })
    expect(faults).toContainEqual(expect.stringContaining('several bodies'))
  },
)
