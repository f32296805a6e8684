import { expect, test } from 'vitest'
import { dueToday, isControlDue, isTrialDue } from '../depth.ts'
import { overload, SHORT_ALL_KINDS, SHORT_GRANTS } from './overload.ts'

test.runIf(isTrialDue('overload')).each(dueToday([SHORT_ALL_KINDS, SHORT_GRANTS]))(
  'with three times as many requests ($mix) as the server can process, the excess is refused with Retry-After',
  async (options) => {
    const { faults } = await overload(options)
    expect(faults).toEqual([])
  },
)

test.runIf(isControlDue(4, 7))('a server that refuses nothing fails the trial', async () => {
  const { faults } = await overload({ ...SHORT_GRANTS, concurrentRequests: 0 })
  expect(faults).toContain('nothing was refused')
})
