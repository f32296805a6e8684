import { afterAll, expect, test, vi } from 'vitest'
import { isTrialDue } from '../depth.ts'
import { killSpawned } from '../launch.ts'
import { describeCrashes, faultsOf } from './crashes/report.ts'
import { runCrashes, SHORT } from './crashes.ts'
import { removeServers } from './postgres.ts'

vi.setConfig({ testTimeout: 1_500_000 })

// After a timeout the trial is still running.
afterAll(async () => {
  killSpawned()
  await removeServers()
})

test.runIf(isTrialDue('crashes'))(
  'kill -9 of Bestow and of PostgreSQL under load: nothing acknowledged is lost, nothing is doubled or stuck',
  async () => {
    const report = await runCrashes({ ...SHORT, seed: Date.now() % 2 ** 31, log: () => {} })
    console.info(describeCrashes(report).join('\n'))
    expect(Object.values(faultsOf(report)).flat()).toEqual([])
  },
)
