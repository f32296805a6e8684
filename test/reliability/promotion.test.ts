import { expect, test } from 'vitest'
import { isControlDue, isTrialDue } from '../depth.ts'
import { promotion, SHORT } from './promotion.ts'

test.runIf(isTrialDue('promotion'))(
  'a promoted synchronous replica has every acknowledged grant',
  async () => {
    const { faults } = await promotion(SHORT)
    expect(faults).toEqual([])
  },
)

test.runIf(isControlDue(5, 7))('an asynchronous replica fails the trial', async () => {
  const { faults } = await promotion({ ...SHORT, isSynchronous: false })
  expect(faults.join('\n')).toMatch(/was acknowledged and is lost/)
})
