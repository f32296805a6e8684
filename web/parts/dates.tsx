import { Tooltip } from '@mantine/core'
import {
  dayIn,
  formatDay,
  formatEnd,
  formatExact,
  lastDay,
  lastMoment,
  startOfDay,
} from '../../src/platform/text/zone.ts'
import { now } from '../api/clock.ts'
import { useSite } from '../shell/use-site.ts'
import { language } from '../texts/translate.ts'

const ago = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' })

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
]

/** The time zone of the site whose pages are shown; that of the browser for who has no site. */
export const useZone = (): string =>
  useSite().site?.attributes.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone

/** How long ago: "5 min. ago"; after a week the day. */
export function relative(moment: string, zone: string): string {
  const seconds = (Date.parse(moment) - now()) / 1000
  if (Math.abs(seconds) > 7 * 86_400) return shownDay(moment, zone)
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? UNITS[3]!
  return ago.format(Math.round(seconds / size), unit)
}

export const shownDay = (moment: string, zone: string): string =>
  formatDay(language, zone, new Date(moment), 'medium')

/** When access ends: its last day, and the time when it ends within the day. */
export const shownEnd = (moment: string, zone: string): string =>
  formatEnd(language, zone, new Date(moment), 'medium')

interface MomentProps {
  at: string | null | undefined
  /** `end` is for the end of access: its last day, and the time when it ends within the day. */
  as?: 'relative' | 'day' | 'end'
}

/** A moment in the time zone of the site; the exact time on hover and on focus. */
export function Moment({ at, as = 'relative' }: MomentProps) {
  const zone = useZone()
  if (!at) return <span className="meta">–</span>
  const time = new Date(at)
  const exact = as === 'end' ? lastMoment(zone, time) : time
  return (
    <Tooltip label={formatExact(language, zone, exact)}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the exact time must be reachable without a mouse. */}
      <time dateTime={at} tabIndex={0}>
        {as === 'relative' && relative(at, zone)}
        {as === 'day' && shownDay(at, zone)}
        {as === 'end' && shownEnd(at, zone)}
      </time>
    </Tooltip>
  )
}

/** Today in the time zone of the site, as date fields have it. */
export const today = (zone: string): string => dayIn(zone, new Date(now()))

const DAY_MS = 86_400_000

/** When a day of the site has ended. @param day as date fields have it */
export function endOfDay(zone: string, day: string): Date {
  // Two days later it is over in every zone.
  let end = new Date(Date.parse(`${day}T00:00:00Z`) + 2 * DAY_MS)
  while (lastDay(zone, end) > day) end = startOfDay(zone, lastMoment(zone, end))
  return end
}

/** When a day of the site begins. @param day as date fields have it */
export const startOfDayNamed = (zone: string, day: string): Date =>
  startOfDay(zone, new Date(endOfDay(zone, day).getTime() - 1))
