import { expect, test } from 'vitest'
import '../processes.ts'
import { FAKETIME_MISSING, faketimeLibrary, SHORT, wrongClock } from './wrong-clock.ts'

const isMissing = faketimeLibrary() === null
if (isMissing) console.warn(`skipped: ${FAKETIME_MISSING}`)

test.skipIf(isMissing).each([1, -1])(
  'beside a worker whose clock is off by %i hours every e-mail and every webhook goes out once',
  async (hours) => {
    expect((await wrongClock(hours, SHORT)).faults).toEqual([])
  },
)

/** More than one worker takes at once, so that both hold some. */
const FOR_BOTH = 100

test.skipIf(isMissing)('with leases by the clock of each worker, some go out twice', async () => {
  const { faults } = await wrongClock(1, { ...SHORT, contacts: FOR_BOTH, hasOwnClocks: true })
  expect(faults).toContainEqual(expect.stringMatching(/e-mail to .* came [2-9] times/))
})
