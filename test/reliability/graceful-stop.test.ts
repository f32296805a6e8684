import { expect, test } from 'vitest'
import { isTrialDue } from '../depth.ts'
import { gracefulStop, SHORT } from './graceful-stop.ts'

test.runIf(isTrialDue('graceful-stop'))(
  'a server that is stopped under load responds to every request that it has received',
  async () => {
    const { faults } = await gracefulStop(SHORT)
    expect(faults).toEqual([])
  },
)
