/** How members of a definition are read: each says what it is over the wire, and refuses anything else. */
import { type TSchema, Type } from 'typebox'
import { jsonPointer, type Path, unprocessable } from '../platform/jsonapi/errors.ts'
import { type Field, idField } from '../platform/jsonapi/fields.ts'
import { isObject } from '../platform/jsonapi/is-object.ts'
import type { ReferenceType } from '../platform/references/referable.ts'

/** The way to the attributes of the automation. */
export const ATTRIBUTES: Path = ['data', 'attributes']

export interface Member extends Field {
  isOptional?: boolean
  /** It is the id of one; see references.ts. */
  refersTo?: ReferenceType
}

export const reference = (type: ReferenceType): Member => ({
  ...idField,
  schema: Type.String(),
  refersTo: type,
})

export const optional = (member: Member): Member => ({ ...member, isOptional: true })

export const invalid = (path: Path, form: string) => {
  const name = path.at(-1)
  return unprocessable('invalid', `${name} must be ${form}`, jsonPointer(path))
}

/**
 * Reads an object with these members and no others.
 *
 * @throws ApiError 422 that points at the member
 */
export function readObject(
  value: unknown,
  members: Record<string, Member>,
  path: Path,
): Record<string, unknown> {
  const given = readMembers(value, path)
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(members, name)) continue
    const known = Object.keys(members).join(', ') || 'none'
    throw unprocessable(
      'unknown_member',
      `Unknown member ${name}. Known members: ${known}`,
      jsonPointer([...path, name]),
    )
  }
  const read: Record<string, unknown> = {}
  for (const [name, { isOptional, read: readMember, form }] of Object.entries(members)) {
    if (given[name] === undefined) {
      if (isOptional) continue
      throw unprocessable('missing_member', `${name} is required; it must be ${form}`, jsonPointer(path))
    }
    read[name] = readMember(given[name])
    if (read[name] === undefined) throw invalid([...path, name], form)
  }
  return read
}

/** @throws ApiError 422 when it is no object */
export function readMembers(value: unknown, path: Path): Record<string, unknown> {
  if (!isObject(value)) throw invalid(path, 'an object')
  return value
}

export const schemaOf = (members: Record<string, Member>): Record<string, TSchema> =>
  Object.fromEntries(
    Object.entries(members).map(([name, { schema, isOptional }]) => [
      name,
      isOptional ? Type.Optional(schema) : schema,
    ]),
  )
