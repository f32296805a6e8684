/** How members of a definition are read: each says what it is over the wire, and refuses anything else. */
import { type TSchema, Type } from 'typebox'
import { jsonPointer, type Path, unprocessable } from '../platform/jsonapi/errors.ts'
import { isId } from '../platform/jsonapi/identifiers.ts'
import { isObject } from '../platform/jsonapi/is-object.ts'
import type { ReferenceType } from '../platform/references/referable.ts'
import { readName } from '../platform/text/names.ts'

/** The way to the attributes of the automation. */
export const ATTRIBUTES: Path = ['data', 'attributes']

export interface Member {
  schema: TSchema
  /** Completes "… must be". */
  form: string
  /** Undefined when the value does not have that form. */
  read: (value: unknown) => unknown
  isOptional?: boolean
  /** It is the id of one; see references.ts. */
  refersTo?: ReferenceType
}

export const reference = (type: ReferenceType): Member => ({
  schema: Type.String(),
  form: 'an id, for example "7"',
  read: (value) =>
    ['string', 'number'].includes(typeof value) && isId(String(value)) ? String(value) : undefined,
  refersTo: type,
})

export const flag: Member = {
  schema: Type.Boolean(),
  form: 'true or false',
  read: (value) => (typeof value === 'boolean' ? value : undefined),
}

export const choice = (choices: readonly string[]): Member => ({
  schema: Type.Union(choices.map((word) => Type.Literal(word))),
  form: `one of ${choices.join(', ')}`,
  read: (value) => (choices.includes(value as string) ? value : undefined),
})

export const wholeNumber = (most: number): Member => ({
  schema: Type.Integer({ minimum: 1, maximum: most }),
  form: `a whole number from 1 to ${most}`,
  read: (value) =>
    Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most ? value : undefined,
})

/** @param example for the documentation */
export const shortText = (longest: number, example: string): Member => ({
  schema: Type.String({ maxLength: longest, examples: [example] }),
  form: `a string of 1 to ${longest} characters`,
  read(value) {
    const text = typeof value === 'string' ? readName(value) : ''
    return text.length > 0 && text.length <= longest ? text : undefined
  },
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
