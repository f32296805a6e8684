import { parseTime } from '../../platform/jsonapi/times.ts'
import { instantOf } from '../../platform/text/zone.ts'

/** How to read days whose form does not say it. */
export interface DateReading {
  /** Of `3/12/25`: 12 March, or 3 December. Where one of the numbers is more than 12, it is the day. */
  order: 'month_first' | 'day_first'
  /** Of times without a zone. */
  zone: string
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const CLOCK = String.raw`(?:[ T,]+(\d{1,2}):(\d\d)(?::(\d\d))?\s*([ap]m)?)?`
/** `Nov 28, 2025`, `28 Nov 2025` */
const MONTH_FIRST_WORDS = new RegExp(String.raw`^([a-z]{3,9})\.? (\d{1,2}),? (\d{4})${CLOCK}$`, 'i')
const DAY_FIRST_WORDS = new RegExp(String.raw`^(\d{1,2})\.? ([a-z]{3,9})\.?,? (\d{4})${CLOCK}$`, 'i')
/** `3/12/25 13:05`, `03.12.2025` */
const NUMBERS = new RegExp(String.raw`^(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d\d)${CLOCK}$`, 'i')

/**
 * Reads a time as Kajabi's files have it: `2020-11-05 11:10:44 -0700`, `Nov 28, 2025`, and what spreadsheets make of
 * them, such as `3/12/25 13:05`.
 *
 * @returns null for what is none
 */
export function readDate(text: string, { order, zone }: DateReading): Date | null {
  if (/^\d{4}-/.test(text)) return readExact(text, zone)
  const parts = partsOf(text, order)
  if (parts === null) return null
  const { year, month, day, clock } = parts
  const time = clockOf(clock)
  return time && exists(year, month, day) ? instantOf(zone, { year, month, day, ...time }) : null
}

interface Parts {
  year: number
  month: number
  day: number
  clock: (string | undefined)[]
}

function partsOf(text: string, order: DateReading['order']): Parts | null {
  const words = MONTH_FIRST_WORDS.exec(text)
  if (words) return ofWords(words[1]!, words[2]!, words[3]!, words.slice(4))
  const dayFirst = DAY_FIRST_WORDS.exec(text)
  if (dayFirst) return ofWords(dayFirst[2]!, dayFirst[1]!, dayFirst[3]!, dayFirst.slice(4))
  const numbers = NUMBERS.exec(text)
  if (!numbers) return null
  const [first, second] = [Number(numbers[1]), Number(numbers[3])]
  const year = numbers[4]!.length === 2 ? 2000 + Number(numbers[4]) : Number(numbers[4])
  // Points separate days and months where the day comes first.
  const isDayFirst = first > 12 || (second <= 12 && (order === 'day_first' || numbers[2] === '.'))
  const [day, month] = isDayFirst ? [first, second] : [second, first]
  return { year, month, day, clock: numbers.slice(5) }
}

function ofWords(name: string, day: string, year: string, clock: (string | undefined)[]): Parts | null {
  const month = MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1
  return month === 0 ? null : { year: Number(year), month, day: Number(day), clock }
}

function clockOf([hour = '0', minute = '0', second = '0', half]: (string | undefined)[]) {
  const hours = half ? (Number(hour) % 12) + (/pm/i.test(half) ? 12 : 0) : Number(hour)
  const time = { hour: hours, minute: Number(minute), second: Number(second) }
  return time.hour < 24 && time.minute < 60 && time.second < 60 ? time : null
}

function exists(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day))
  return year >= 1900 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

/** Begins with the year. Without a zone, it is in that of the site. */
function readExact(text: string, zone: string): Date | null {
  const given = text.replace(/\s*UTC$/i, ' Z').replace(/ (?=[A-Z]$)/, '')
  try {
    const time = parseTime(given)
    if (/(?:Z|[+-]\d\d:?\d\d)$/i.test(given.slice(10))) return time
    return instantOf(zone, {
      year: time.getUTCFullYear(),
      month: time.getUTCMonth() + 1,
      day: time.getUTCDate(),
      hour: time.getUTCHours(),
      minute: time.getUTCMinutes(),
      second: time.getUTCSeconds(),
    })
  } catch {
    return null
  }
}
