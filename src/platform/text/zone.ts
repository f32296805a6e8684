/**
 * Days and times in the time zone of a site. Shared by the server and the portal, so it uses nothing but `Intl`.
 *
 * The end of access is the first instant without it: access until 30 June ends at 00:00 on 1 July in the zone of the
 * site, and is shown as 30 June. An end within a day is shown with its time.
 */

const formats = new Map<string, Intl.DateTimeFormat>()

function formatIn(locale: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${zone} ${Object.values(options).join(' ')}`
  const known = formats.get(key)
  if (known) return known
  const format = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone })
  formats.set(key, format)
  return format
}

/** The day in a zone, as `2026-06-30`. */
export function dayIn(zone: string, time: Date): string {
  const format = formatIn('en-US', zone, { year: 'numeric', month: '2-digit', day: '2-digit' })
  const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]))
  return `${parts.year!.padStart(4, '0')}-${parts.month}-${parts.day}`
}

/** A day and a time of it, as clocks in a zone show them. */
export interface ClockTime {
  year: number
  /** From 1. */
  month: number
  day: number
  hour: number
  minute: number
  second: number
}

/** The instant at which clocks in a zone show this. Of a time that they show twice, the first; one that they skip is later by what is skipped. */
export function instantOf(zone: string, shown: ClockTime): Date {
  const { year, month, day, hour, minute, second } = shown
  const wanted = Date.UTC(year, month - 1, day, hour, minute, second)
  const [before, after] = [wanted - 86_400_000, wanted + 86_400_000].map((time) => offsetAt(zone, time))
  const first = wanted - before!
  return new Date(first + offsetAt(zone, first) === wanted ? first : wanted - after!)
}

/** What clocks in a zone show at an instant. */
export function clockTimeOf(zone: string, time: Date): ClockTime {
  const shown = new Date(time.getTime() + offsetAt(zone, time.getTime()))
  return {
    year: shown.getUTCFullYear(),
    month: shown.getUTCMonth() + 1,
    day: shown.getUTCDate(),
    hour: shown.getUTCHours(),
    minute: shown.getUTCMinutes(),
    second: shown.getUTCSeconds(),
  }
}

/** What clocks in a zone are ahead of UTC at an instant, in milliseconds. */
function offsetAt(zone: string, time: number): number {
  if (zone === 'UTC') return 0
  const whole = Math.floor(time / 1_000) * 1_000
  const format = formatIn('en-US', zone, {
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' },
  })
  const parts = Object.fromEntries(
    format.formatToParts(whole).map(({ type, value }) => [type, Number(value)]),
  )
  const { year, month, day, hour, minute, second } = parts as unknown as ClockTime
  return Date.UTC(year, month - 1, day, hour, minute, second) - whole
}

/** Whether a day begins at this instant. Where clocks change at midnight, a day can begin at 01:00. */
export const isStartOfDay = (zone: string, time: Date): boolean =>
  dayIn(zone, time) !== dayIn(zone, new Date(time.getTime() - 1))

/** When the day of an instant began: days have 23 to 25 hours, and not all begin at midnight. To the millisecond. */
export function startOfDay(zone: string, time: Date): Date {
  const day = dayIn(zone, time)
  let [before, within] = [time.getTime() - 26 * 3_600_000, time.getTime()]
  while (within - before > 1) {
    const middle = Math.floor((before + within) / 2)
    if (dayIn(zone, new Date(middle)) === day) within = middle
    else before = middle
  }
  return new Date(within)
}

/** The last millisecond of access that ends within a day at `end`, or before it when a day begins then. */
export const lastMoment = (zone: string, end: Date): Date =>
  isStartOfDay(zone, end) ? new Date(end.getTime() - 1) : end

/** The last day on which there is access that ends at `end`, as `2026-06-30`. */
export const lastDay = (zone: string, end: Date): string => dayIn(zone, lastMoment(zone, end))

/** The day in words: "23 December 2026"; with `medium` "23 Dec 2026". */
export const formatDay = (locale: string, zone: string, time: Date, style: 'long' | 'medium' = 'long') =>
  formatIn(locale, zone, { dateStyle: style }).format(time)

/** The day and the time in words: "23 December 2026 at 10:00". */
export const formatTime = (locale: string, zone: string, time: Date, style: 'long' | 'medium' = 'long') =>
  formatIn(locale, zone, { dateStyle: style, timeStyle: 'short' }).format(time)

/** Everything about a moment: "Wednesday 23 December 2026 at 10:00:00 CET". */
export const formatExact = (locale: string, zone: string, time: Date): string =>
  formatIn(locale, zone, { dateStyle: 'full', timeStyle: 'long' }).format(time)

/** The end of access in words: the last day, or the day and the time when access ends within it. */
export const formatEnd = (locale: string, zone: string, end: Date, style: 'long' | 'medium' = 'long') =>
  isStartOfDay(zone, end)
    ? formatDay(locale, zone, lastMoment(zone, end), style)
    : formatTime(locale, zone, end, style)
