import { expect, test } from 'vitest'
import {
  dayIn,
  formatDay,
  formatEnd,
  formatExact,
  isStartOfDay,
  lastDay,
  lastMoment,
  startOfDay,
} from './zone.ts'

const LOS_ANGELES = 'America/Los_Angeles'
const at = (time: string) => new Date(time)

test('a day is that of the zone, in the format of the language', () => {
  const moment = at('2026-07-01T06:30:00Z')
  expect(dayIn('UTC', moment)).toBe('2026-07-01')
  expect(dayIn(LOS_ANGELES, moment)).toBe('2026-06-30')
  expect(formatDay('en-GB', LOS_ANGELES, moment)).toBe('30 June 2026')
  expect(formatDay('es-ES', LOS_ANGELES, moment)).toBe('30 de junio de 2026')
  expect(formatExact('en-GB', LOS_ANGELES, moment)).toContain('30 June 2026 at 23:30:00')
})

test('access that ends when 1 July begins is access until 30 June', () => {
  const end = at('2026-07-01T07:00:00Z')
  expect(isStartOfDay(LOS_ANGELES, end)).toBe(true)
  expect(lastDay(LOS_ANGELES, end)).toBe('2026-06-30')
  expect(formatEnd('en-GB', LOS_ANGELES, end)).toBe('30 June 2026')
  expect(lastMoment(LOS_ANGELES, end)).toEqual(at('2026-07-01T06:59:59.999Z'))
})

test('access that ends within a day is shown with the time of its end', () => {
  const end = at('2026-07-01T06:59:00Z')
  expect(formatEnd('en-GB', LOS_ANGELES, end)).toBe('30 June 2026 at 23:59')
  expect(formatEnd('es-ES', LOS_ANGELES, end)).toBe('30 de junio de 2026 a las 23:59')
  expect(lastMoment(LOS_ANGELES, end)).toEqual(end)
})

test('a day begins at 01:00 where clocks are put forward at midnight', () => {
  expect(isStartOfDay('Africa/Cairo', at('2026-04-23T22:00:00Z'))).toBe(true)
  expect(lastDay('Africa/Cairo', at('2026-04-23T22:00:00Z'))).toBe('2026-04-23')
})

test.each([
  ['UTC', '2026-06-30T23:30:00Z', '2026-06-30T00:00:00.000Z'],
  [LOS_ANGELES, '2026-07-01T06:30:00Z', '2026-06-30T07:00:00.000Z'],
  // The days of 23 and of 25 hours.
  ['Europe/Madrid', '2026-03-29T21:59:00Z', '2026-03-28T23:00:00.000Z'],
  ['Europe/Madrid', '2026-10-25T22:59:00Z', '2026-10-24T22:00:00.000Z'],
  ['UTC', '2026-06-30T00:00:00Z', '2026-06-30T00:00:00.000Z'],
])('the day in %s of %s began at %s', (zone, time, start) => {
  expect(startOfDay(zone, at(time)).toISOString()).toBe(start)
})
