import { expect, test } from 'vitest'
import { isControlDue, isTrialDue } from '../depth.ts'
import { storedIsProcessed } from './payments/faults.ts'
import { type PaymentsPlan, runPayments, SHORT } from './payments.ts'

const run = (plan: Partial<PaymentsPlan> = {}) =>
  runPayments({ ...SHORT, seed: Date.now() % 2 ** 31, log: () => {}, ...plan })

test.runIf(isTrialDue('payments'))(
  'kill -9 of servers and workers while notifications of payments arrive: each sale is recorded once',
  async () => {
    const report = await run()
    expect(report).toMatchObject({ seed: report.seed, faults: [] })
  },
)

test.runIf(isControlDue(4, 7))(
  'when a notification counts as processed once it is stored, sales are lost',
  async () => {
    const { faults } = await run({ checkouts: 6, kills: 0, settleMs: 5_000, fault: storedIsProcessed })
    expect(faults).toContainEqual(expect.stringContaining('order fulfilled: 0 instead of 6'))
  },
)
