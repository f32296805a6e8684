/** Reads what tests send: a mistake in it is refused, so that a test does not go on without what it asked for. */

import { badRequest } from '../platform/jsonapi/errors.ts'
import { time } from '../platform/jsonapi/fields.ts'

export type Members = Record<string, unknown>

/**
 * @param names of the members that there can be
 * @throws ApiError 400 for a body that is no object, or has others
 */
export function readMembers(body: unknown, names: readonly string[]): Members {
  const members = body ?? {}
  if (typeof members !== 'object' || Array.isArray(members))
    throw badRequest('invalid_document', `The body must be an object${listOf(names)}.`, { pointer: '' })
  const unknown = Object.keys(members).find((name) => !names.includes(name))
  if (unknown !== undefined)
    throw badRequest('unknown_member', `There is no member "${unknown}"${listOf(names)}.`, {
      pointer: `/${unknown}`,
    })
  return members as Members
}

const listOf = (names: readonly string[]) =>
  names.length === 0 ? ': the request takes none' : `: it can have ${names.join(', ')}`

/** @throws ApiError 400 */
export function readTime(value: unknown): Date {
  const read = time.read(value)
  if (read instanceof Date) return read
  throw badRequest('invalid_time', `now must be ${time.form}, not ${JSON.stringify(value)}.`, {
    pointer: '/now',
  })
}

/** @throws ApiError 400 */
export function readFlag(name: string, value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return value === true
  throw badRequest('invalid_flag', `${name} must be true or false, not ${JSON.stringify(value)}.`, {
    pointer: `/${name}`,
  })
}
