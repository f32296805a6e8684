import { Type } from 'typebox'
import { documentedAs } from '../platform/jsonapi/documented.ts'
import { unprocessable } from '../platform/jsonapi/errors.ts'
import { parseTime } from '../platform/jsonapi/times.ts'

/** A time in the body of a request: readTime() says what is wrong with it. */
export const GivenTime = (description: string) =>
  documentedAs(Type.String(), Type.String({ format: 'date-time', description }))

/** Nothing was sold online before: a year that was mistyped, or a number of seconds that was 0. */
const FIRST = new Date('1990-01-01T00:00:00Z')

/**
 * The time of something that has happened; now, when none is given.
 *
 * @throws ApiError 422 for what is no time, for one in the future, and for one before 1990
 */
export function readTime(given: string | undefined, name: string, now: Date): Date {
  if (given === undefined) return now
  const time = readTimeAhead(given, name)
  if (time > now) throw invalidTime(name, 'must not be in the future')
  if (time < FIRST) throw invalidTime(name, 'must not be before 1990. Check the year')
  return time
}

/**
 * The time of something that follows a payment, as readTime().
 *
 * @param paidAt when that was made. Its second counts: others keep times without fractions
 * @param what as in "the payment"
 * @throws ApiError 422, also for a time before it
 */
export function readTimeAfter(
  given: string | undefined,
  name: string,
  now: Date,
  { paidAt, what }: { paidAt: Date; what: string },
): Date {
  const time = readTime(given, name, now)
  if (given === undefined || time.getTime() >= Math.floor(paidAt.getTime() / 1000) * 1000) return time
  throw invalidTime(name, `must not be before ${what}, which is of ${paidAt.toISOString()}`)
}

/** Any time. @throws ApiError 422 for what is none */
export function readTimeAhead(given: string, name: string): Date {
  try {
    return parseTime(given)
  } catch (error) {
    throw invalidTime(name, (error as Error).message)
  }
}

/** @param problem completes a sentence that begins with the name */
export const invalidTime = (name: string, problem: string) =>
  unprocessable('invalid', `${name} ${problem}`, `/data/attributes/${name}`)
