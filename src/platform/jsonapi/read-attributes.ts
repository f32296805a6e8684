/** What a document can set of a resource, and how it is read. */
import { type TSchema, Type } from 'typebox'
import { unprocessable } from './errors.ts'
import { FieldError, type Write } from './fields.ts'
import { type Attribute, isNullable, type Resource } from './resource.ts'

export type Values = Record<string, unknown>

/** The attributes that requests can set, by name. */
export const writableAttributes = ({ attributes }: Resource): [string, Attribute & { write: Write }][] =>
  Object.entries(attributes).filter((entry): entry is [string, Attribute & { write: Write }] =>
    Boolean(entry[1].write),
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
  const known = Object.fromEntries(writableAttributes(resource))
  for (const [name, { write }] of Object.entries(known)) {
    if (isNew && write.required && given[name] === undefined)
      throw unprocessable('blank', `${labelOf(name)} can't be blank`, '/data/attributes')
  }
  const values: Values = {}
  const ignored: string[] = []
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue
    if (Object.hasOwn(known, name)) values[name] = readAttribute(name, known[name]!, value)
    else ignored.push(name)
  }
  return { values, ignored }
}

function readAttribute(name: string, attribute: Attribute & { write: Write }, given: unknown): unknown {
  const { schema, write } = attribute
  const value = given === null ? null : read(name, write, given)
  if (value === undefined) throw invalidAttribute(name, 'invalid', `must be ${write.form}`)
  if (value !== null && value !== '') return value
  if (isNullable(schema)) return null
  throw invalidAttribute(name, 'blank', "can't be blank")
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
  unprocessable(code, `${labelOf(name)} ${problem}`, `/data/attributes/${name}`)

/** As in "Internal title". */
const labelOf = (name: string) => {
  const words = name.replaceAll('_', ' ')
  return words[0]!.toUpperCase() + words.slice(1)
}

/** The attributes that a document can set. @param isNew whether those that are required must be there */
export function writableSchema(resource: Resource, isNew: boolean): TSchema {
  const properties = writableAttributes(resource).map(([name, { schema, write }]) => {
    const extension = (schema as Values)['x-extension'] ? { 'x-extension': true } : {}
    const set = isNullable(schema)
      ? Type.Union([write.schema, Type.Null()], extension)
      : Type.Unsafe({ ...write.schema, ...extension })
    return [name, isNew && write.required ? set : Type.Optional(set)]
  })
  return Type.Object(Object.fromEntries(properties))
}
