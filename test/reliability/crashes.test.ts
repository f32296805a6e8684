import { expect, test, vi } from 'vitest'
import { isTrialDue } from '../depth.ts'
import { describeCrashes, faultsOf } from './crashes/report.ts'
import { runCrashes, SHORT } from './crashes.ts'

vi.setConfig({ testTimeout: 1_500_000 })

test.runIf(isTrialDue('crashes'))(
  'kill -9 of Bestow and of PostgreSQL under load: nothing acknowledged is lost, nothing is doubled or stuck',
  async () => {
    const report = await runCrashes({ ...SHORT, seed: Date.now() % 2 ** 31, log: () => {} })
    console.info(describeCrashes(report).join('\n'))
    expect(Object.values(faultsOf(report)).flat()).toEqual([])
  },
)
