import { sql } from 'kysely'
import { Type } from 'typebox'
import { component, sameAs } from '../../platform/jsonapi/documented.ts'
import { type ApiError, jsonPointer, type Path, unprocessable } from '../../platform/jsonapi/errors.ts'
import { isObject } from '../../platform/jsonapi/is-object.ts'
import type { Scope } from '../../platform/jsonapi/resource.ts'
import { isHandle } from '../custom-fields/read-values.ts'
import { conditionFilters } from './contact-filters.ts'
import type { ContactFilters } from './filters/contact-filter.ts'
import { isOfSegment, SEGMENT_FILTERS } from './filters/segment-filters.ts'
import { listedIds } from './filters/tag-filters.ts'

/** A requirement that a contact must meet, made of the filters of `GET /v1/contacts`. */
export type Condition = { all: Condition[] } | { any: Condition[] } | FilterCondition

export interface FilterCondition {
  filter: string
  value: string
}

const FILTER_NAMES = [...Object.keys(conditionFilters), ...Object.keys(SEGMENT_FILTERS)]

export const ValueSchema = Type.Union([Type.String(), Type.Number(), Type.Boolean()])

const Parts = Type.Array(sameAs('ContactCondition'), { minItems: 1 })

export const ConditionSchema = component(
  'ContactCondition',
  Type.Union([
    Type.Object({ all: Parts }, { description: 'Met when every part is' }),
    Type.Object({ any: Parts }, { description: 'Met when one part is' }),
    Type.Object({
      filter: Type.Union(
        [
          Type.Union(FILTER_NAMES.map((name) => Type.Literal(name))),
          Type.String({ pattern: '^custom_[1-9][0-9]{0,3}(_[a-z]+)*$' }),
        ],
        { description: 'A filter of `GET /v1/contacts`' },
      ),
      value: ValueSchema,
    }),
  ]),
)

/** More than anybody can read, and answered in well under a second. Of a list of ids, each counts. */
export const MOST_FILTERS = 100

/** Each is looked up, and has filters of its own. */
const MOST_SEGMENTS = 10

/** Groups within groups; a condition without any is one level deep. */
const MOST_LEVELS = 10

/**
 * Reads a condition of a document: `{all: […]}`, `{any: […]}` or `{filter, value}`. What it says of the site is seen
 * by checkCondition().
 *
 * @param path where it stands in the document
 * @throws ApiError 422 that points at what is wrong
 */
export function parseCondition(given: unknown, path: Path): Condition {
  const condition = parse(given, path, 1)
  assertNotTooLong(condition, path)
  return condition
}

/** @throws ApiError 422 for a condition with too many filters, or with too many segments */
export function assertNotTooLong(condition: Condition, path: Path): void {
  if (countFilters(condition) > MOST_FILTERS)
    throw refused('too_long', `A condition may have at most ${MOST_FILTERS} filters`, path)
  if (segmentsIn(condition).length > MOST_SEGMENTS)
    throw refused('too_long', `A condition may name at most ${MOST_SEGMENTS} segments`, path)
}

function parse(given: unknown, path: Path, level: number): Condition {
  if (!isObject(given)) throw refused('invalid', 'A condition must be an object', path)
  if (level > MOST_LEVELS)
    throw refused('too_deep', `A condition may be nested at most ${MOST_LEVELS} levels deep`, path)
  const kind = ['all', 'any', 'filter'].find((name) => Object.hasOwn(given, name))
  if (!kind) throw refused('invalid', 'A condition must have exactly one of all, any and filter', path)
  const known = kind === 'filter' ? ['filter', 'value'] : [kind]
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) throw refused('unknown_member', `Unknown member ${name}`, [...path, name])
  }
  if (kind === 'filter') return parseFilter(given, path)
  const parts = parseList(given[kind], [...path, kind], level + 1)
  return kind === 'all' ? { all: parts } : { any: parts }
}

function parseList(given: unknown, path: Path, level: number): Condition[] {
  if (!Array.isArray(given) || given.length === 0)
    throw refused('invalid', 'It must be a list of at least one condition', path)
  return given.map((part, index) => parse(part, [...path, index], level))
}

function parseFilter(given: Record<string, unknown>, path: Path): FilterCondition {
  const { filter } = given
  const place = [...path, 'filter']
  if (typeof filter !== 'string') throw unknownFilter(filter, place)
  const paths = { filter: place, value: [...path, 'value'] }
  if (!isFilter(filter)) throw unknownFilter(filter, place)
  if (!Object.hasOwn(given, 'value')) throw refused('missing', `${filter} requires a value`, path)
  return readFilter(filter, given.value, paths)
}

/**
 * Reads one filter of contacts and its value.
 *
 * @param paths to its name and to its value
 * @throws ApiError 422 that points at what is wrong
 */
export function readFilter(
  filter: string,
  given: unknown,
  paths: { filter: Path; value: Path },
): FilterCondition {
  if (!isFilter(filter)) throw unknownFilter(filter, paths.filter)
  const condition = { filter, value: parseValue(given, paths.value) }
  if (isOfSegment(filter)) checkValue(SEGMENT_FILTERS, condition, paths.value)
  else if (!isOfCustomField(filter)) checkValue(conditionFilters, condition, paths.value)
  return condition
}

/** Which filters of a custom field there are depends on the site: see checkCondition(). */
const isFilter = (name: string): boolean =>
  Object.hasOwn(conditionFilters, name) || isOfSegment(name) || isOfCustomField(name)

export const isOfCustomField = (filter: string): boolean => isHandle(handleIn(filter))

export const handleIn = (filter: string): string => filter.split('_', 2).join('_')

const unknownFilter = (name: unknown, path: Path): ApiError =>
  refused('unknown_filter', `There is no filter of contacts with the name ${JSON.stringify(name)}`, path)

/** @throws ApiError 422 when the value makes no sense to the filter */
export function checkValue(filters: ContactFilters, { filter, value }: FilterCondition, path: Path): void {
  try {
    filters[filter]!.build(value, sql.ref, NO_SITES)
  } catch (error) {
    throw refused('invalid', `${filter} ${(error as Error).message}`, path)
  }
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

export const refused = (code: string, sentence: string, path: Path): ApiError =>
  unprocessable(code, `${sentence}.`, jsonPointer(path))

export const countFilters = (condition: Condition): number =>
  'filter' in condition
    ? Math.max(1, referencesOf(condition).length)
    : partsOf(condition).parts.reduce((count, part) => count + countFilters(part), 0)

export const partsOf = (condition: Exclude<Condition, FilterCondition>) =>
  'all' in condition
    ? ({ name: 'all', parts: condition.all } as const)
    : ({ name: 'any', parts: condition.any } as const)

export interface ConditionReference {
  type: string
  id: string
  /** To the value that names it. */
  path: Path
}

/** The resources that a condition names, and where; `path` leads to the condition itself. */
export const referencesOf = (condition: Condition, path: Path = []): ConditionReference[] =>
  filtersIn(condition, path).flatMap(({ filter, value, path: place }) => {
    const { refersTo: type, isList } = conditionFilters[filter] ?? SEGMENT_FILTERS[filter] ?? {}
    if (!type) return []
    const ids = isList ? listedIds(value) : [value]
    return ids.map((id) => ({ type, id, path: [...place, 'value'] }))
  })

/** The ids of the segments that a condition names. */
export const segmentsIn = (condition: Condition): string[] =>
  referencesOf(condition).flatMap(({ type, id }) => (type === 'segments' ? [id] : []))

/** The filters of a condition, and where each stands. */
export function filtersIn(condition: Condition, path: Path = []): (FilterCondition & { path: Path })[] {
  if ('filter' in condition) return [{ ...condition, path }]
  const { name, parts } = partsOf(condition)
  return parts.flatMap((part, index) => filtersIn(part, [...path, name, index]))
}
