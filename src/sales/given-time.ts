import { Type } from 'typebox'
import { documentedAs } from '../platform/jsonapi/documented.ts'
import { unprocessable } from '../platform/jsonapi/errors.ts'
import { parseTime } from '../platform/jsonapi/times.ts'
import { instantOf, startOfDay } from '../platform/text/zone.ts'

/** A time in the body of a request: readTime() says what is wrong with it. */
export const GivenTime = (description: string) =>
  documentedAs(
    Type.String(),
    Type.String({
      format: 'date-time',
      description: `${description}. A day without a time begins in the time zone of the site`,
    }),
  )

/** What the time of something at a site is compared with, and read in. */
export interface SiteTime {
  now: Date
  /** Europe/Madrid */
  zone: string
}

/** Nothing was sold online before: a year that was mistyped, or a number of seconds that was 0. */
const FIRST = new Date('1990-01-01T00:00:00Z')

/**
 * The time of something that has happened; now, when none is given.
 *
 * @throws ApiError 422 for what is no time, for one in the future, and for one before 1990
 */
export function readTime(given: string | undefined, name: string, { now, zone }: SiteTime): Date {
  if (given === undefined) return now
  const time = isDay(given) ? readDay(given, name, zone).begins : readInstant(given, name)
  if (time > now) throw invalidTime(name, 'must not be in the future')
  if (time < FIRST) throw invalidTime(name, 'must not be before 1990. Check the year')
  return time
}

/**
 * The time of something that follows a payment, as readTime(). Of a day without a time, on which it was paid, the time of
 * the payment.
 *
 * @param paidAt when that was made. Its second counts: others keep times without fractions
 * @param what as in "the payment"
 * @throws ApiError 422, also for a time before it
 */
export function readTimeAfter(
  given: string | undefined,
  name: string,
  site: SiteTime,
  { paidAt, what }: { paidAt: Date; what: string },
): Date {
  const time = readTime(given, name, site)
  if (given === undefined || time.getTime() >= Math.floor(paidAt.getTime() / 1000) * 1000) return time
  if (isDay(given) && paidAt < readDay(given, name, site.zone).ends) return paidAt
  throw invalidTime(name, `must not be before ${what}, which is of ${paidAt.toISOString()}`)
}

/**
 * A time, also ahead, at which something ends: a day without a time ends with it.
 *
 * @throws ApiError 422 for what is none, and one that cannot be shown
 */
export function readEnd(given: string, name: string, zone: string): Date {
  const time = isDay(given) ? readDay(given, name, zone).ends : readInstant(given, name)
  if (time.getUTCFullYear() < 10_000) return time
  throw invalidTime(name, 'must be before the year 10000')
}

const isDay = (given: string) => /^\d{4}-\d\d-\d\d$/.test(given)

/** When a day begins and ends in a zone. @throws ApiError 422 for one that there is not */
function readDay(given: string, name: string, zone: string): { begins: Date; ends: Date } {
  const day = readInstant(given, name)
  const [begins, ends] = [0, 1].map((more) => {
    const noon = { hour: 12, minute: 0, second: 0 }
    const at = new Date(day.getTime() + more * 86_400_000)
    const date = { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() }
    return startOfDay(zone, instantOf(zone, { ...date, ...noon }))
  })
  return { begins: begins!, ends: ends! }
}

function readInstant(given: string, name: string): Date {
  try {
    return parseTime(given)
  } catch (error) {
    throw invalidTime(name, (error as Error).message)
  }
}

/** @param problem completes a sentence that begins with the name */
export const invalidTime = (name: string, problem: string) =>
  unprocessable('invalid', `${name} ${problem}`, `/data/attributes/${name}`)
