import { expect, test } from 'vitest'
import { addInterval, endOfPeriod } from './add-interval.ts'

test.each([
  ['2026-01-31T10:00:00.000Z', 'month', 1, '2026-02-28T10:00:00.000Z', 'UTC'],
  ['2028-01-31T10:00:00.000Z', 'month', 1, '2028-02-29T10:00:00.000Z', 'UTC'],
  ['2026-11-15T00:00:00.000Z', 'month', 3, '2027-02-15T00:00:00.000Z', 'UTC'],
  ['2028-02-29T23:59:59.999Z', 'year', 1, '2029-02-28T23:59:59.999Z', 'UTC'],
  ['2026-12-30T00:00:00.000Z', 'week', 2, '2027-01-13T00:00:00.000Z', 'UTC'],
  ['2026-02-28T00:00:00.000Z', 'day', 1, '2026-03-01T00:00:00.000Z', 'UTC'],
  // Midnight in New York, before and after clocks go back; and a day of 25 hours.
  ['2026-10-01T04:00:00.000Z', 'month', 2, '2026-12-01T05:00:00.000Z', 'America/New_York'],
  ['2026-11-01T04:00:00.000Z', 'day', 1, '2026-11-02T05:00:00.000Z', 'America/New_York'],
  // 31 January there, and 30 in UTC.
  ['2026-01-30T23:30:00.000Z', 'month', 1, '2026-02-27T23:30:00.000Z', 'Europe/Madrid'],
] as const)('%s and a %s times %d is %s (%s)', (time, interval, count, later, zone) => {
  expect(addInterval(new Date(time), interval, count, zone).toISOString()).toBe(later)
})

test.each([
  ['month', 1, 'America/New_York', '2026-01-31T05:00:00.000Z', 40],
  ['month', 3, 'UTC', '2024-02-29T00:00:00.000Z', 20],
  ['year', 1, 'Europe/Madrid', '2024-02-29T11:00:00.000Z', 9],
  ['week', 1, 'Europe/Madrid', '2026-03-01T00:00:00.000Z', 60],
  ['day', 1, 'America/New_York', '2026-10-30T04:30:00.000Z', 400],
] as const)(
  'periods of a %s times %d in %s are counted from the first one',
  (interval, count, zone, from, many) => {
    const first = new Date(from)
    let start = first
    for (let index = 1; index <= many; index++) {
      start = endOfPeriod(start, { first, interval, interval_count: count, zone })
      expect(start).toEqual(addInterval(first, interval, index * count, zone))
    }
  },
)

test('a period that begins between those of the schedule has its full length', () => {
  const schedule = {
    first: new Date('2026-01-31T10:00:00Z'),
    interval: 'month',
    interval_count: 1,
    zone: 'UTC',
  } as const
  expect(endOfPeriod(new Date('2026-03-15T10:00:00Z'), schedule)).toEqual(new Date('2026-04-15T10:00:00Z'))
  expect(endOfPeriod(new Date('2026-01-20T10:00:00Z'), schedule)).toEqual(new Date('2026-02-20T10:00:00Z'))
})
