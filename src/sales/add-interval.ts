import { clockTimeOf, instantOf } from '../platform/text/zone.ts'
import type { Interval } from './states.ts'

const DAYS: Partial<Record<Interval, number>> = { day: 1, week: 7 }
const MONTHS: Partial<Record<Interval, number>> = { month: 1, year: 12 }

const DAY = 86_400_000
const LONGEST_MONTH = 31 * DAY

/**
 * The time so many intervals later, at the same time of day in a zone. A day that the month lacks becomes its last one:
 * a month after 31 January is 28 February.
 *
 * @param zone as in Europe/Madrid
 */
export function addInterval(time: Date, interval: Interval, count: number, zone: string): Date {
  const { year, month, day, ...timeOfDay } = clockTimeOf(zone, time)
  const months = (MONTHS[interval] ?? 0) * count
  const lastDay = new Date(Date.UTC(year, month + months, 0)).getUTCDate()
  const date = new Date(
    Date.UTC(year, month - 1 + months, Math.min(day, lastDay) + (DAYS[interval] ?? 0) * count),
  )
  const later = instantOf(zone, {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    ...timeOfDay,
  })
  return new Date(later.getTime() + time.getUTCMilliseconds())
}

export interface Schedule {
  /** When the first period begins. */
  first: Date
  interval: Interval
  interval_count: number
  zone: string
}

/**
 * The end of the period that begins at `start`. Periods are counted from the first one: when that begins on 31 January,
 * the one that begins on 28 February ends on 31 March. A start that is none of theirs, as after a payment within a
 * trial, is followed by one interval.
 */
export function endOfPeriod(start: Date, { first, interval, interval_count, zone }: Schedule): Date {
  const startOf = (index: number) => addInterval(first, interval, index * interval_count, zone)
  const longest = interval_count * (DAYS[interval] ? DAYS[interval] * DAY : MONTHS[interval]! * LONGEST_MONTH)
  let index = Math.max(0, Math.floor((start.getTime() - first.getTime()) / longest) - 1)
  while (startOf(index) < start) index++
  return startOf(index).getTime() === start.getTime()
    ? startOf(index + 1)
    : addInterval(start, interval, interval_count, zone)
}
