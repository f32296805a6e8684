import { type RawBuilder, sql } from 'kysely'
import { Type } from 'typebox'
import { anyOf, type Tx } from '../../platform/db/database.ts'
import { component, sameAs } from '../../platform/jsonapi/documented.ts'
import { type ApiError, jsonPointer, type Path, unprocessable } from '../../platform/jsonapi/errors.ts'
import { isObject } from '../../platform/jsonapi/is-object.ts'
import type { Scope } from '../../platform/jsonapi/resource.ts'
import { contactFilters } from './contact-filters.ts'
import { listedIds } from './filters/tag-filters.ts'

/** A requirement that a contact must meet, made of the filters of `GET /v1/contacts`. */
export type Condition = { all: Condition[] } | { any: Condition[] } | FilterCondition

interface FilterCondition {
  filter: string
  value: string
}

const Parts = Type.Array(sameAs('ContactCondition'), { minItems: 1 })

export const ConditionSchema = component(
  'ContactCondition',
  Type.Union([
    Type.Object({ all: Parts }, { description: 'Met when every part is' }),
    Type.Object({ any: Parts }, { description: 'Met when one part is' }),
    Type.Object({
      filter: Type.Union(
        Object.keys(contactFilters).map((name) => Type.Literal(name)),
        { description: 'A filter of `GET /v1/contacts`' },
      ),
      value: Type.Union([Type.String(), Type.Number(), Type.Boolean()]),
    }),
  ]),
)

/** More than anybody can read, and answered in well under a second. Of a list of ids, each counts. */
const MOST_FILTERS = 100

/**
 * Reads a condition of a document: `{all: […]}`, `{any: […]}` or `{filter, value}`.
 *
 * @param path where it stands in the document
 * @throws ApiError 422 that points at what is wrong
 */
export function parseCondition(given: unknown, path: Path): Condition {
  const condition = parse(given, path)
  if (countFilters(condition) > MOST_FILTERS)
    throw refused('too_long', `A condition may have at most ${MOST_FILTERS} filters`, path)
  return condition
}

function parse(given: unknown, path: Path): Condition {
  if (!isObject(given)) throw refused('invalid', 'A condition must be an object', path)
  const kind = ['all', 'any', 'filter'].find((name) => Object.hasOwn(given, name))
  if (!kind) throw refused('invalid', 'A condition must have exactly one of all, any and filter', path)
  const known = kind === 'filter' ? ['filter', 'value'] : [kind]
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) throw refused('unknown_member', `Unknown member ${name}`, [...path, name])
  }
  if (kind === 'filter') return parseFilter(given, path)
  const parts = parseList(given[kind], [...path, kind])
  return kind === 'all' ? { all: parts } : { any: parts }
}

function parseList(given: unknown, path: Path): Condition[] {
  if (!Array.isArray(given) || given.length === 0)
    throw refused('invalid', 'It must be a list of at least one condition', path)
  return given.map((part, index) => parse(part, [...path, index]))
}

function parseFilter(given: Record<string, unknown>, path: Path): FilterCondition {
  const { filter } = given
  if (typeof filter !== 'string' || !Object.hasOwn(contactFilters, filter))
    throw refused(
      'unknown_filter',
      `There is no filter of contacts with the name ${JSON.stringify(filter)}`,
      [...path, 'filter'],
    )
  if (!Object.hasOwn(given, 'value')) throw refused('missing', `${filter} requires a value`, path)
  const value = parseValue(given.value, [...path, 'value'])
  try {
    contactFilters[filter]!.build(value, sql.ref, NO_SITES)
  } catch (error) {
    throw refused('invalid', `${filter} ${(error as Error).message}`, [...path, 'value'])
  }
  return { filter, value }
}

/** A scope that suffices to validate a value. */
const NO_SITES: Scope = { siteIds: [], now: new Date(0), baseUrl: '' }

/** As it would stand in an address; a number beyond 2^53 has been rounded when it was read. */
function parseValue(given: unknown, path: Path): string {
  const isExact = typeof given !== 'number' || !Number.isInteger(given) || Number.isSafeInteger(given)
  if (!['string', 'number', 'boolean'].includes(typeof given) || !isExact)
    throw refused('invalid', 'The value must be a string, a number, true or false', path)
  return String(given).trim()
}

const refused = (code: string, sentence: string, path: Path): ApiError =>
  unprocessable(code, `${sentence}.`, jsonPointer(path))

const partsOf = (condition: Exclude<Condition, FilterCondition>) =>
  'all' in condition
    ? ({ name: 'all', parts: condition.all } as const)
    : ({ name: 'any', parts: condition.any } as const)

const countFilters = (condition: Condition): number =>
  'filter' in condition
    ? Math.max(1, referencesOf(condition).length)
    : partsOf(condition).parts.reduce((count, part) => count + countFilters(part), 0)

export interface ConditionReference {
  type: string
  id: string
  /** To the value that names it. */
  path: Path
}

/** The resources that a condition names, and where; `path` leads to the condition itself. */
export function referencesOf(condition: Condition, path: Path = []): ConditionReference[] {
  if (!('filter' in condition)) {
    const { name, parts } = partsOf(condition)
    return parts.flatMap((part, index) => referencesOf(part, [...path, name, index]))
  }
  const { refersTo: type, isList } = contactFilters[condition.filter]!
  if (!type) return []
  const ids = isList ? listedIds(condition.value) : [condition.value]
  return ids.map((id) => ({ type, id, path: [...path, 'value'] }))
}

/** Which of these contacts of a site meet a condition; those that are deleted do not. */
export async function matchingContacts(
  tx: Tx,
  siteId: string,
  contactIds: string[],
  condition: Condition,
  scope: Scope,
): Promise<Set<string>> {
  // "offset 0" keeps the planner from making a join of each filter: with fifty, finding an order takes it seconds.
  const { rows } = await sql<{ id: string }>`
    select id
      from (select k.id, ${conditionSql(condition, scope)} as is_met from contacts k
             where k.id = ${anyOf(contactIds)} and k.site_id = ${siteId} and k.deleted_at is null
            offset 0) checked
     where is_met`.execute(tx)
  return new Set(rows.map(({ id }) => id))
}

const column = (name: string) => sql.ref(`k.${name}`)

function conditionSql(condition: Condition, scope: Scope): RawBuilder<unknown> {
  if ('filter' in condition) {
    return sql`(${contactFilters[condition.filter]!.build(condition.value, column, scope).where})`
  }
  const { name, parts } = partsOf(condition)
  const joined = parts.map((part) => conditionSql(part, scope))
  return sql`(${sql.join(joined, name === 'all' ? sql` and ` : sql` or `)})`
}
