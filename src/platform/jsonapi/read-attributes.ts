/** What a document can set of a resource, and how it is read. */
import { type TSchema, Type } from 'typebox'
import { capitalized } from '../text/nouns.ts'
import { jsonPointer, unprocessable } from './errors.ts'
import { FieldError, type Write } from './fields.ts'
import { type Attribute, isNullable, type Resource } from './resource.ts'

export type Values = Record<string, unknown>

type Writable = Attribute & { write: Write }

/** The attributes that requests can set, by name. @param isNew by those that create the resource, or change it */
export const writableAttributes = ({ attributes }: Resource, isNew: boolean): [string, Writable][] =>
  Object.entries(attributes).filter(
    (entry): entry is [string, Writable] =>
      entry[1].write !== undefined && entry[1].write.when !== (isNew ? 'update' : 'create'),
  )

/**
 * Reads the attributes of a document.
 *
 * @param isNew whether those that are required must be there
 * @returns the values by name, and the names of attributes that cannot be set
 * @throws ApiError 422 that points at the attribute
 */
export function readAttributes(
  resource: Resource,
  given: Values,
  isNew: boolean,
): { values: Values; ignored: string[] } {
  const known = Object.fromEntries(writableAttributes(resource, isNew))
  for (const [name, { write }] of Object.entries(known)) {
    if (isNew && write.required && given[name] === undefined) throw missingAttribute(name)
  }
  const values: Values = {}
  const ignored: string[] = []
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue
    if (Object.hasOwn(known, name)) values[name] = readAttribute(name, known[name]!, value)
    else if (resource.refusesUnknown && !Object.hasOwn(resource.attributes, name))
      throw unknownAttribute(name, Object.keys(known))
    else ignored.push(name)
  }
  return { values, ignored }
}

function readAttribute(name: string, { schema, write }: Writable, given: unknown): unknown {
  const value = given === null ? null : read(name, write, given)
  if (value === undefined) throw invalidAttribute(name, 'invalid', `must be ${write.form}`)
  if (value !== null && (value !== '' || write.keepsEmpty)) return value
  if (isNullable(schema)) return null
  throw blankAttribute(name)
}

function read(name: string, write: Write, given: unknown): unknown {
  try {
    return write.read(given)
  } catch (error) {
    throw error instanceof FieldError ? invalidAttribute(name, error.code, error.message) : error
  }
}

/** @param problem completes the name of the attribute, as in "has already been taken" */
export const invalidAttribute = (name: string, code: string, problem: string) =>
  unprocessable(code, `${labelOf(name)} ${problem}`, pointerTo(name))

export const blankAttribute = (name: string) => invalidAttribute(name, 'blank', "can't be blank")

/** One that a document lacks; the error points at where it is not. */
export const missingAttribute = (name: string) =>
  unprocessable('blank', `${labelOf(name)} can't be blank`, '/data/attributes')

const unknownAttribute = (name: string, known: string[]) =>
  unprocessable(
    'unknown_member',
    `Unknown attribute ${name}. Known attributes: ${known.join(', ')}`,
    pointerTo(name),
  )

const pointerTo = (name: string) => jsonPointer(['data', 'attributes', name])

/** As in "Internal title". */
export const labelOf = (name: string) => capitalized(name.replaceAll('_', ' '))

/** The attributes that a document can set. @param isNew whether those that are required must be there */
export function writableSchema(resource: Resource, isNew: boolean): TSchema {
  const { examples = {} } = resource
  const properties = writableAttributes(resource, isNew).map(([name, { schema, write }]) => {
    const notes = {
      ...((schema as Values)['x-extension'] ? { 'x-extension': true } : {}),
      ...(Object.hasOwn(examples, name) && { examples: [examples[name]] }),
    }
    const set = isNullable(schema)
      ? Type.Union([write.schema, Type.Null()], notes)
      : Type.Unsafe({ ...write.schema, ...notes })
    return [name, isNew && write.required ? set : Type.Optional(set)]
  })
  return Type.Object(Object.fromEntries(properties))
}
