import { expect, test } from 'vitest'
import { addInterval } from './add-interval.ts'

test.each([
  ['2026-01-31T10:00:00.000Z', 'month', 1, '2026-02-28T10:00:00.000Z'],
  ['2028-01-31T10:00:00.000Z', 'month', 1, '2028-02-29T10:00:00.000Z'],
  ['2026-11-15T00:00:00.000Z', 'month', 3, '2027-02-15T00:00:00.000Z'],
  ['2028-02-29T23:59:59.999Z', 'year', 1, '2029-02-28T23:59:59.999Z'],
  ['2026-12-30T00:00:00.000Z', 'week', 2, '2027-01-13T00:00:00.000Z'],
  ['2026-02-28T00:00:00.000Z', 'day', 1, '2026-03-01T00:00:00.000Z'],
] as const)('%s and a %s times %d is %s', (time, interval, count, later) => {
  expect(addInterval(new Date(time), interval, count).toISOString()).toBe(later)
})
