import { expect, test } from 'vitest'
import { progressLine } from './progress.ts'

test.each([
  [0, 1_000, 0, '[..............................] 0 of 1,000, 0/s'],
  [500, 1_000, 10_000, '[###############...............] 500 of 1,000, 50/s, 10 s left'],
  [1_000, 100_000, 10_000, '[..............................] 1,000 of 100,000, 100/s, 16:30 left'],
  [10, 100_000, 10_000, '[..............................] 10 of 100,000, 1/s, 27:46:30 left'],
  [1_000, 1_000, 90_000, '[##############################] 1,000 of 1,000 in 1:30'],
])('%i of %i after %i ms: rate and time left', (done, total, now, line) => {
  expect(progressLine({ done, total, begun: 0 }, now)).toBe(line)
})
