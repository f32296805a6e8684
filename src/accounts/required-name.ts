import { unprocessable } from '../platform/jsonapi/errors.ts'
import { readName } from '../platform/text/names.ts'

/** The name of a key, a role or a user, as readName() reads it. @throws ApiError 422 for a blank one */
export function requiredName(given: string): string {
  const name = readName(given)
  if (name === '') throw unprocessable('blank', "Name can't be blank", '/data/attributes/name')
  return name
}
