import { expect, test } from 'vitest'
import { dueToday, isControlDue, isTrialDue } from '../depth.ts'
import { FAKETIME_MISSING, faketimeLibrary, SHORT, wrongClock } from './wrong-clock.ts'

const isMissing = faketimeLibrary() === null
if (isMissing) console.warn(`skipped: ${FAKETIME_MISSING}`)

test.runIf(!isMissing && isTrialDue('wrong-clock')).each(dueToday([1, -1]))(
  'beside a worker whose clock is off by %i hours, every e-mail and every webhook is sent once',
  async (hours) => {
    expect((await wrongClock(hours, SHORT)).faults).toEqual([])
  },
)

test.runIf(!isMissing && isControlDue(6, 7))(
  'with leases by the clock of each worker, some are sent twice',
  async () => {
    const { faults } = await wrongClock(1, { ...SHORT, hasOwnClocks: true })
    expect(faults).toContainEqual(expect.stringMatching(/arrived [2-9] times/))
  },
)
