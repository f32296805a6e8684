import { type RawBuilder, sql } from 'kysely'
import { Type } from 'typebox'
import { anyOf, type Db, type Tx } from '../../platform/db/database.ts'
import { component, sameAs } from '../../platform/jsonapi/documented.ts'
import { type ApiError, jsonPointer, type Path, unprocessable } from '../../platform/jsonapi/errors.ts'
import { isObject } from '../../platform/jsonapi/is-object.ts'
import type { Scope } from '../../platform/jsonapi/resource.ts'
import { allCustomFieldsOf, type CustomField, customFieldsOf } from '../custom-fields/find-fields.ts'
import { absentField, isHandle } from '../custom-fields/read-values.ts'
import { filtersOfField } from '../custom-fields/value-filters.ts'
import { contactFilters } from './contact-filters.ts'
import type { ContactFilters } from './filters/contact-filter.ts'
import { listedIds } from './filters/tag-filters.ts'

/** A requirement that a contact must meet, made of the filters of `GET /v1/contacts`. */
export type Condition = { all: Condition[] } | { any: Condition[] } | FilterCondition

export interface FilterCondition {
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
        [
          Type.Union(Object.keys(contactFilters).map((name) => Type.Literal(name))),
          Type.String({ pattern: '^custom_[1-9][0-9]{0,3}(_[a-z]+)*$' }),
        ],
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
  if (typeof filter !== 'string' || !(Object.hasOwn(contactFilters, filter) || isOfCustomField(filter)))
    throw refused(
      'unknown_filter',
      `There is no filter of contacts with the name ${JSON.stringify(filter)}`,
      [...path, 'filter'],
    )
  if (!Object.hasOwn(given, 'value')) throw refused('missing', `${filter} requires a value`, path)
  const value = parseValue(given.value, [...path, 'value'])
  if (!isOfCustomField(filter)) checkValue(contactFilters, { filter, value }, path)
  return { filter, value }
}

function checkValue(filters: ContactFilters, { filter, value }: FilterCondition, path: Path): void {
  try {
    filters[filter]!.build(value, sql.ref, NO_SITES)
  } catch (error) {
    throw refused('invalid', `${filter} ${(error as Error).message}`, [...path, 'value'])
  }
}

/** Which filters of a custom field there are depends on the site: see checkCustomFields(). */
const isOfCustomField = (filter: string): boolean => isHandle(handleIn(filter))

const handleIn = (filter: string): string => filter.split('_', 2).join('_')

/**
 * Checks the filters by custom fields in a condition that parseCondition() has read.
 *
 * @param path where it stands in the document
 * @throws ApiError 422 that points at what is wrong; for a field that the site lacks, it lists those that there are
 */
export async function checkCustomFields(
  db: Db | Tx,
  siteId: string,
  condition: Condition,
  path: Path,
): Promise<void> {
  const used = filtersIn(condition, path).filter(({ filter }) => isOfCustomField(filter))
  if (used.length === 0) return
  const fields = await customFieldsOf(db, [siteId])
  const filters = filtersOfFields(fields)
  for (const { path: place, ...condition } of used) {
    const { filter } = condition
    if (Object.hasOwn(filters, filter)) checkValue(filters, condition, place)
    else {
      const field = fields.find(({ handle }) => handle === handleIn(filter))
      if (!field) throw absentField(handleIn(filter), fields, [...place, 'filter'])
      const known = Object.keys(filtersOfField(field)).join(', ')
      throw refused(
        'unknown_filter',
        `There is no filter of contacts with the name "${filter}". Those of ${field.handle} are ${known}`,
        [...place, 'filter'],
      )
    }
  }
}

const filtersOfFields = (fields: CustomField[]): ContactFilters =>
  Object.assign({}, ...fields.map(filtersOfField))

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

export const partsOf = (condition: Exclude<Condition, FilterCondition>) =>
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
export const referencesOf = (condition: Condition, path: Path = []): ConditionReference[] =>
  filtersIn(condition, path).flatMap(({ filter, value, path: place }) => {
    const { refersTo: type, isList } = contactFilters[filter] ?? {}
    if (!type) return []
    const ids = isList ? listedIds(value) : [value]
    return ids.map((id) => ({ type, id, path: [...place, 'value'] }))
  })

/** The filters of a condition, and where each stands. */
export function filtersIn(condition: Condition, path: Path): (FilterCondition & { path: Path })[] {
  if ('filter' in condition) return [{ ...condition, path }]
  const { name, parts } = partsOf(condition)
  return parts.flatMap((part, index) => filtersIn(part, [...path, name, index]))
}

/** Which of these contacts of a site meet a condition; those that are deleted do not. */
export async function matchingContacts(
  tx: Tx,
  siteId: string,
  contactIds: string[],
  condition: Condition,
  scope: Scope,
): Promise<Set<string>> {
  const filters = await filtersOf(tx, siteId, condition)
  // "offset 0" keeps the planner from making a join of each filter: with fifty, finding an order takes it seconds.
  const { rows } = await sql<{ id: string }>`
    select id
      from (select k.id, ${conditionSql(condition, filters, scope)} as is_met from contacts k
             where k.id = ${anyOf(contactIds)} and k.site_id = ${siteId} and k.deleted_at is null
            offset 0) checked
     where is_met`.execute(tx)
  return new Set(rows.map(({ id }) => id))
}

/**
 * The filters that a condition can be made of. Those of archived custom fields continue to work: an automation cannot
 * be seen to stop meeting its condition.
 */
export const filtersOf = async (
  tx: Db | Tx,
  siteId: string,
  condition: Condition,
): Promise<ContactFilters> =>
  filtersIn(condition, []).some(({ filter }) => isOfCustomField(filter))
    ? { ...contactFilters, ...filtersOfFields(await allCustomFieldsOf(tx, [siteId])) }
    : contactFilters

const column = (name: string) => sql.ref(`k.${name}`)

function conditionSql(condition: Condition, filters: ContactFilters, scope: Scope): RawBuilder<unknown> {
  if ('filter' in condition) {
    return sql`(${filters[condition.filter]!.build(condition.value, column, scope).where})`
  }
  const { name, parts } = partsOf(condition)
  const joined = parts.map((part) => conditionSql(part, filters, scope))
  return sql`(${sql.join(joined, name === 'all' ? sql` and ` : sql` or `)})`
}
