import { expect, test } from 'vitest'
import { isControlDue } from '../depth.ts'
import '../processes.ts'
import { promotion, SHORT } from './promotion.ts'

test('a synchronous replica that takes over has every grant that was acknowledged', async () => {
  const { faults } = await promotion(SHORT)
  expect(faults).toEqual([])
})

test.runIf(isControlDue(5, 7))('a replica that the primary does not wait for does not pass', async () => {
  const { faults } = await promotion({ ...SHORT, isSynchronous: false })
  expect(faults.join('\n')).toMatch(/was acknowledged and is lost/)
})
