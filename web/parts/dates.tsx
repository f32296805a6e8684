import { Tooltip } from '@mantine/core'
import { language } from '../texts/translate.ts'

const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' })
const exact = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'long' })
const ago = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' })

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
]

/** How long ago: "5 min. ago"; after a week the day. */
export function relative(moment: string, now = Date.now()): string {
  const seconds = (Date.parse(moment) - now) / 1000
  if (Math.abs(seconds) > 7 * 86_400) return day.format(new Date(moment))
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? UNITS[3]!
  return ago.format(Math.round(seconds / size), unit)
}

/** A moment, as long ago or as a day; the exact time on hover and on focus. */
export function Moment({ at, as = 'relative' }: { at: string | null | undefined; as?: 'relative' | 'day' }) {
  if (!at) return <span className="meta">–</span>
  return (
    <Tooltip label={exact.format(new Date(at))}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the exact time must be reachable without a mouse. */}
      <time dateTime={at} tabIndex={0}>
        {as === 'day' ? day.format(new Date(at)) : relative(at)}
      </time>
    </Tooltip>
  )
}

export const formatDay = (moment: string): string => day.format(new Date(moment))
