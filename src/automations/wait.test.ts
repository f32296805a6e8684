import { expect, test } from 'vitest'
import type { Wait } from './actions.ts'
import { endOfWait } from './wait.ts'

test.each<[string, number, Wait['unit'], string]>([
  ['2026-03-01T10:00:00.000Z', 90, 'minutes', '2026-03-01T11:30:00.000Z'],
  ['2026-03-01T10:00:00.000Z', 36, 'hours', '2026-03-02T22:00:00.000Z'],
  ['2026-03-28T10:00:00.000Z', 2, 'days', '2026-03-30T10:00:00.000Z'],
  ['2026-12-28T10:00:00.000Z', 1, 'weeks', '2027-01-04T10:00:00.000Z'],
  ['2026-12-15T10:00:00.000Z', 2, 'months', '2027-02-15T10:00:00.000Z'],
  ['2026-01-31T10:00:00.000Z', 1, 'months', '2026-02-28T10:00:00.000Z'],
  ['2028-01-31T23:59:59.999Z', 1, 'months', '2028-02-29T23:59:59.999Z'],
  ['2026-01-31T10:00:00.000Z', 14, 'months', '2027-03-31T10:00:00.000Z'],
])('from %s, %i %s end at %s', (begin, amount, unit, end) => {
  expect(endOfWait(new Date(begin), { amount, unit }).toISOString()).toBe(end)
})
