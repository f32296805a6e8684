/** The words that resource descriptions are written with. */

import { type RawBuilder, sql } from 'kysely'
import { Type } from 'typebox'
import { readId } from './identifiers.ts'
import { NullableText, NullableTime } from './nullable.ts'
import type { Attribute, Filter, Scope, ToMany, ToOne } from './resource.ts'

type Select = RawBuilder<unknown>

export const text = (select?: Select): Attribute => ({ schema: Type.String(), select })
export const integer = (select?: Select): Attribute => ({ schema: Type.Integer(), select })
export const boolean = (select?: Select): Attribute => ({ schema: Type.Boolean(), select })

/** A 64-bit integer, such as an amount of money, which is shown as a number. */
export const bigInteger = (select?: Select): Attribute =>
  derived<string>({ schema: Type.Integer(), select }, Number)

export const nullableBigInteger = (select?: Select): Attribute =>
  derived<string | null>(nullableInteger(select), (value) => (value === null ? null : Number(value)))

export const nullableInteger = (select?: Select): Attribute => ({
  schema: Type.Unsafe<number | null>({ type: ['integer', 'null'] }),
  select,
})

export const texts = (): Attribute => ({ schema: Type.Array(Type.String()) })

export const nullableText = (select?: Select): Attribute => ({
  schema: NullableText(),
  select,
})

/** An attribute that Kajabi does not have: with EXTENSIONS=off it is not shown. */
export const extension = (attribute: Attribute): Attribute => ({
  ...attribute,
  schema: { ...attribute.schema, 'x-extension': true } as Attribute['schema'],
})

/** An attribute that describes a person: deleting the contact erases the column of its name. */
export const personal = (attribute: Attribute, erasedTo: unknown = null): Attribute => ({
  ...attribute,
  personal: { erasedTo },
})

/** ISO 8601 in UTC with milliseconds, always the same length: clients compare these as strings. */
export const timestamp = (select?: Select): Attribute => ({
  schema: Type.String({ format: 'date-time' }),
  select,
})

export const nullableTimestamp = (select?: Select): Attribute => ({
  schema: NullableTime(),
  select,
})

/** A time as attributes show it, for JSON that the database puts together. */
export const isoTime = (column: Select) =>
  sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** An attribute that is worked out from what `select` gives. */
export function derived<Value>(
  attribute: Attribute,
  present: (value: Value, scope: Scope) => unknown,
): Attribute {
  return { ...attribute, present: present as Attribute['present'] }
}

export const toOne = (type: string, select: Select): ToOne => ({ kind: 'one', type, select })

export const toMany = (
  type: string,
  edges: ToMany['edges'],
  options: Pick<ToMany, 'linkage' | 'searched'> & { hasEndpoint?: boolean },
): ToMany => ({ kind: 'many', type, edges, hasEndpoint: false, ...options })

/**
 * Always true, and stated by lists alone: so their index, which begins with the site, fits no other query.
 * See docs/decisions/0002-selective-column-first.md.
 */
export const LIST_INDEX = sql`r.created_at > '-infinity'`

/** `%` and `_` in what somebody looks for mean themselves. */
export const containing = (value: string) => `%${value.replace(/[\\%_]/g, '\\$&')}%`

export const contains = (column: Select, description: string): Filter => ({
  description,
  build: (value) => ({ where: sql`${column} ilike ${containing(value)}` }),
})

export const equals = (column: Select, description: string): Filter => ({
  description,
  build: (value) => ({ where: sql`${column} = ${value}` }),
})

/** A filter whose value is the id of a resource of this type, which the column holds. */
export const related = (column: Select, type: string, description: string): Filter => ({
  description,
  refersTo: type,
  build: (value) => ({ where: sql`${column} = ${readId(value)}` }),
})

/** A filter whose value is one of these words. */
export const oneOf = (column: Select, choices: readonly string[]): Filter => ({
  description: choices.join(', '),
  build: (value) => ({ where: sql`${column} = ${parseChoice(value, choices)}` }),
})

/** @throws Error that names the choices when `value` is none of them */
export function parseChoice(value: string, choices: readonly string[]): string {
  if (choices.includes(value)) return value
  throw new Error(`must be one of ${choices.join(', ')}`)
}

/** @throws Error that says so when `value` is not true or false */
export function parseBoolean(value: string): boolean {
  if (['true', '1'].includes(value)) return true
  if (['false', '0'].includes(value)) return false
  throw new Error('must be true or false')
}

/**
 * Checks a number, and keeps it as it is written: the database reads it exactly.
 *
 * @throws Error that says so when `value` is none
 */
export function parseNumber(value: string): string {
  if (/^-?\d{1,15}(\.\d{1,10})?$/.test(value)) return value
  throw new Error(
    'must be a number with at most 15 digits before the decimal point and 10 after it, for example 149.5',
  )
}

/** A hundred years. */
export const MOST_DAYS = 36_500

/** @throws Error that says so when `value` is not a number of days */
export function parseDays(value: string): number {
  const days = Number(value)
  if (!/^\d+$/.test(value) || days > MOST_DAYS)
    throw new Error(`must be a whole number of days from 0 to ${MOST_DAYS}, for example 30`)
  return days
}

export const daysBefore = (now: Date, days: number): Date => new Date(now.getTime() - days * 86_400_000)
