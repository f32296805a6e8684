import { setImmediate as nextIteration } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { limitConcurrency } from './concurrency.ts'

test('no more tasks run concurrently than the limit, all start in order, also when one fails', async () => {
  const limited = limitConcurrency(2)
  const begun: number[] = []
  let [running, most] = [0, 0]
  const work = (number: number) =>
    limited(async () => {
      begun.push(number)
      most = Math.max(most, ++running)
      await nextIteration()
      running -= 1
      if (number === 1) throw new Error('one that fails')
      return number
    })
  const results = await Promise.allSettled([0, 1, 2, 3, 4].map(work))
  expect(begun).toEqual([0, 1, 2, 3, 4])
  expect(most).toBe(2)
  expect(results.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    ...Array.from({ length: 3 }, () => 'fulfilled'),
  ])
  expect(await work(5)).toBe(5)
})
