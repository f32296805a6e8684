import { expect, test } from 'vitest'
import '../processes.ts'
import { overload, SHORT } from './overload.ts'

test('of three times as many requests as can be answered the rest is refused, and nobody waits for nothing', async () => {
  const { faults, passed } = await overload(SHORT)
  expect(faults).toEqual([])
  expect(passed).toBe(true)
})

test('a server that refuses nothing is found out', async () => {
  const { faults } = await overload({ ...SHORT, concurrentRequests: 0 })
  expect(faults).toContain('nothing was refused')
})
