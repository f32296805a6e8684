import type { Wait } from './actions.ts'

const MINUTE_MS = 60_000

const LENGTHS_MS = {
  minutes: MINUTE_MS,
  hours: 60 * MINUTE_MS,
  days: 24 * 60 * MINUTE_MS,
  weeks: 7 * 24 * 60 * MINUTE_MS,
}

/** When a wait that begins now is over. A day has 24 hours; a month ends on the same day (UTC), or on its last. */
export function endOfWait(now: Date, { amount, unit }: Wait): Date {
  if (unit !== 'months') return new Date(now.getTime() + amount * LENGTHS_MS[unit])
  const end = new Date(now)
  end.setUTCDate(1)
  end.setUTCMonth(end.getUTCMonth() + amount)
  end.setUTCDate(Math.min(now.getUTCDate(), daysInMonth(end)))
  return end
}

const daysInMonth = (date: Date) =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
