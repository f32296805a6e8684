import type { Interval } from './states.ts'

const DAYS: Partial<Record<Interval, number>> = { day: 1, week: 7 }
const MONTHS: Partial<Record<Interval, number>> = { month: 1, year: 12 }

/**
 * The time so many intervals later, in UTC. A day that the month lacks becomes its last one: a month after 31 January is
 * 28 February.
 */
export function addInterval(time: Date, interval: Interval, count: number): Date {
  const days = DAYS[interval]
  if (days !== undefined) return new Date(time.getTime() + days * count * 86_400_000)
  const later = new Date(time)
  later.setUTCDate(1)
  later.setUTCMonth(later.getUTCMonth() + MONTHS[interval]! * count)
  const lastDay = new Date(Date.UTC(later.getUTCFullYear(), later.getUTCMonth() + 1, 0)).getUTCDate()
  later.setUTCDate(Math.min(time.getUTCDate(), lastDay))
  return later
}
