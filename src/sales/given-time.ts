import { Type } from 'typebox'
import { documentedAs } from '../platform/jsonapi/documented.ts'
import { unprocessable } from '../platform/jsonapi/errors.ts'
import { parseTime } from '../platform/jsonapi/times.ts'

/** A time in the body of a request: readTime() says what is wrong with it. */
export const GivenTime = (description: string) =>
  documentedAs(Type.String(), Type.String({ format: 'date-time', description }))

/**
 * The time of something that has happened; now, when none is given.
 *
 * @throws ApiError 422 for what is no time, and for one in the future
 */
export function readTime(given: string | undefined, name: string, now: Date): Date {
  if (given === undefined) return now
  const time = readTimeAhead(given, name)
  if (time <= now) return time
  throw invalidTime(name, 'must not be in the future')
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
