import { expect, test, vi } from 'vitest'
import { describeCrashes, faultsOf } from './crashes/report.ts'
import { runCrashes, SHORT } from './crashes.ts'

vi.setConfig({ testTimeout: 400_000 })

test('kill -9 of Bestow and of PostgreSQL under load: nothing acknowledged is lost, nothing is doubled or stuck', async () => {
  const report = await runCrashes({ ...SHORT, seed: Date.now() % 2 ** 31, say: () => {} })
  console.info(describeCrashes(report).join('\n'))
  expect(Object.values(faultsOf(report)).flat()).toEqual([])
})
