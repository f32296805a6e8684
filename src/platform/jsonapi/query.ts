import { sql } from 'kysely'
import { commaSeparated } from '../text/comma-separated.ts'
import { type CursorPage, type Direction, decodeCursor } from './cursors.ts'
import { badRequest, type ErrorSource, type Path } from './errors.ts'
import { type IncludeTree, parseInclude } from './include.ts'
import {
  canBeNull,
  type Filter,
  type FilterSql,
  type Relationship,
  type Resource,
  type ToMany,
} from './resource.ts'
import type { LoadScope } from './resources.ts'
import { filtersOf, sortsOf, unknownSiteFilter } from './site-attributes.ts'
import type { SortKey } from './sorting.ts'

export const DEFAULT_PAGE_SIZE = 25
export const LARGEST_PAGE_SIZE = 500

/** Query parameters as they came; a parameter given twice counts once, the last. */
export type QueryParameters = Record<string, string | string[]>

export interface Reference {
  type: string
  id: string
  parameter: string
  /** Where it stands in the value, when that is JSON. */
  path?: Path
}

/** Which of the resources of one relationship are included. */
export interface Narrowing {
  /** What one of the columns that the relationship searches must contain. */
  search: string
  page: Page
}

interface Page {
  number: number
  size: number
}

/** What a caller asked of a resource, checked and in our words. */
export interface ResourceQuery {
  fields: Record<string, string[]>
  include: IncludeTree
  /** The request has an `include`, also one that names nothing. */
  asksToInclude?: boolean
  /** By relationship, all of which are included. */
  narrowed: Record<string, Narrowing>
  filters: FilterSql[]
  /** Ids in filters that must belong to resources the caller can see. */
  references: Reference[]
  /** The one site that `filter[site_id]` names. */
  siteId: string | null
  order: SortKey[]
  page: Page
  /** Takes the place of the page's number. */
  cursor: CursorPage | null
  ignored: Ignored[]
}

/** Something in a request that cannot be honoured: ignored with a warning, or refused in strict mode. */
export interface Ignored {
  /** Why, without a full stop: both answers add their own ending. */
  reason: string
  /** Missing: it is no part of a document, a parameter or a header. */
  source?: ErrorSource
}

/**
 * Reads the parameters of a list, or with `single` those that one resource takes; the names are those that its route
 * declares. What cannot be honoured but a client may well send is ignored and listed in `ignored`; what would give
 * a wrong page is refused.
 *
 * @throws ApiError 400 that names the parameter
 */
export function parseQuery(
  resource: Resource,
  parameters: QueryParameters,
  scope: LoadScope,
  { single = false }: { single?: boolean } = {},
): ResourceQuery {
  const query: ResourceQuery = {
    fields: {},
    include: {},
    narrowed: {},
    filters: [],
    references: [],
    siteId: null,
    order: [],
    page: { number: 1, size: DEFAULT_PAGE_SIZE },
    cursor: null,
    ignored: [],
  }
  let sort = ''
  for (const [name, given] of Object.entries(parameters)) {
    const value = Array.isArray(given) ? given.join(',') : given
    const [, family, key] = /^(\w+)\[(.*?)\](?:\[\])?$/s.exec(name) ?? [null, name, '']
    if (family === 'include') {
      query.asksToInclude = true
      query.include = parseInclude(scope.resources, resource, value, query.ignored)
    } else if (family === 'fields') parseFields(scope, name, key!, value, query)
    else if (single) {
      if (name === 'filter[site_id]') query.siteId = value.trim()
      else if (family === 'filter') parseNarrowing(resource, key!, value, query)
    } else if (name === 'sort') sort = value.trim()
    else if (name === 'page[number]') query.page.number = parsePageNumber(name, value)
    else if (name === 'page[size]') query.page.size = parsePageSize(name, value)
    else if (family === 'filter' && key === 'site_id') query.siteId = parseReference(name, value)
    else if (family === 'filter') addFilter(resource, key!, given, scope, query)
  }
  query.order = parseSort(resource, sort, query.filters, scope)
  if (!single) query.cursor = parseCursor(resource, sort, parameters, query)
  ignoreIdleNarrowing(query)
  return query
}

function parseCursor(
  resource: Resource,
  sort: string,
  parameters: QueryParameters,
  { order: keys, filters }: ResourceQuery,
): CursorPage | null {
  const [direction, other] = DIRECTIONS.filter((name) => Object.hasOwn(parameters, `page[${name}]`))
  if (!direction) return null
  const parameter = `page[${direction}]`
  const competing = other ? `page[${other}]` : 'page[number]'
  if (Object.hasOwn(parameters, competing))
    throw badRequest('invalid_page', `Send either ${parameter} or ${competing}, not both.`, {
      parameter: competing,
    })
  const cursor = String(parameters[parameter]).trim()
  const matchesFirst = sort === '' && filters.some(({ first }) => first)
  const names = commaSeparated(sort || resource.defaultSort)
  const list = { type: resource.type, sort: [...(matchesFirst ? ['match'] : []), ...names].join(), keys }
  return { direction, cursor, place: cursor === '' ? null : decodeCursor(parameter, cursor, list), list }
}

const DIRECTIONS: Direction[] = ['after', 'before']

function addFilter(
  resource: Resource,
  key: string,
  given: string | string[],
  scope: LoadScope,
  query: ResourceQuery,
): void {
  const filter = findFilter(resource, key, scope)
  if (!filter) return
  const parameter = `filter[${key}]`
  const [value, each] = Array.isArray(given) ? [given.join(','), given] : [given]
  if (filter.refersTo)
    query.references.push({ type: filter.refersTo, id: parseReference(parameter, value), parameter })
  try {
    const built = filter.build(value.trim(), scope, each)
    query.filters.push(built)
    for (const reference of built.references ?? []) query.references.push({ ...reference, parameter })
  } catch (error) {
    throw badRequest('invalid_filter', `${parameter} ${(error as Error).message}.`, { parameter })
  }
}

/** @throws ApiError 422 for an attribute that the site lacks: a filter that is ignored would find others */
function findFilter(
  { type, filters, siteAttributes }: Resource,
  key: string,
  scope: LoadScope,
): Filter | undefined {
  if (Object.hasOwn(filters, key)) return filters[key]
  if (!siteAttributes) return undefined
  const named = scope.siteAttributes?.[type]
  const found = filtersOf(named)
  if (Object.hasOwn(found, key)) return found[key]
  throw unknownSiteFilter(siteAttributes, key, named)
}

function parseReference(parameter: string, value: string): string {
  const id = value.trim()
  if (id !== '') return id
  throw badRequest('invalid_filter', `${parameter} is empty. Give an id, or remove the parameter.`, {
    parameter,
  })
}

/** The relationships of which `filter[<name>_search]`, `filter[<name>_page]` and `filter[<name>_per]` choose a part. */
export const narrowable = ({ relationships }: Resource): [string, ToMany][] =>
  Object.entries(relationships).filter((entry): entry is [string, ToMany] => isSearched(entry[1]))

const isSearched = (relationship: Relationship): relationship is ToMany =>
  relationship.kind === 'many' && relationship.searched !== undefined

function parseNarrowing(resource: Resource, key: string, value: string, query: ResourceQuery): void {
  const [, name, part] = /^(\w+)_(search|page|per)$/.exec(key) ?? []
  if (!narrowable(resource).some(([searched]) => searched === name)) return
  const parameter = `filter[${key}]`
  query.narrowed[name!] ??= { search: '', page: { number: 1, size: DEFAULT_PAGE_SIZE } }
  const narrowing = query.narrowed[name!]!
  if (part === 'page') narrowing.page.number = parsePageNumber(parameter, value)
  else if (part === 'per') narrowing.page.size = parsePageSize(parameter, value)
  else narrowing.search = value.trim()
}

function ignoreIdleNarrowing({ narrowed, include, ignored }: ResourceQuery): void {
  for (const name of Object.keys(narrowed).filter((relationship) => !Object.hasOwn(include, relationship))) {
    delete narrowed[name]
    const reason = `Filters of ${name} select what is included, and require include=${name}`
    ignored.push({ reason, source: { parameter: 'include' } })
  }
}

export const unknownParameter = (parameter: string): Ignored => ({
  reason: `Unknown parameter ${parameter}`,
  source: { parameter },
})

function parseFields(
  { resources, siteAttributes }: LoadScope,
  parameter: string,
  key: string,
  value: string,
  query: ResourceQuery,
): void {
  // Kajabi's documentation has fields[product] once.
  const resource = resources.find(key) ?? resources.find(`${key}s`)
  if (!resource) {
    query.ignored.push(unknownParameter(parameter))
    return
  }
  const { type, attributes, relationships, siteAttributes: ofSite } = resource
  const names = commaSeparated(value)
  for (const name of names) {
    if (Object.hasOwn(attributes, name) || Object.hasOwn(relationships, name)) continue
    if (ofSite?.select && siteAttributes?.[type]?.some((one) => one.name === name)) continue
    const reason = `There is no field "${name}" of ${type} to show`
    query.ignored.push({ reason, source: { parameter } })
  }
  query.fields[type] = names
}

const parsePageNumber = (parameter: string, value: string) =>
  parseCount(parameter, value, Number.MAX_SAFE_INTEGER, 'from 1')

const parsePageSize = (parameter: string, value: string) =>
  parseCount(parameter, value, LARGEST_PAGE_SIZE, `from 1 to ${LARGEST_PAGE_SIZE}`)

function parseCount(parameter: string, value: string, most: number, range: string): number {
  const count = Number(value)
  if (/^\d+$/.test(value) && count >= 1 && count <= most) return count
  throw badRequest('invalid_page', `${parameter} must be a whole number ${range}, not "${value}".`, {
    parameter,
  })
}

function parseSort(resource: Resource, sort: string, filters: FilterSql[], scope: LoadScope): SortKey[] {
  const sorts = { ...resource.sorts, ...sortsOf(scope.siteAttributes?.[resource.type]) }
  const order: SortKey[] = []
  if (sort === '') {
    for (const { first } of filters)
      if (first) order.push({ by: sql`(${first})`, descending: true, nullable: true })
  }
  let descending = false
  let isTotal = false
  for (const word of commaSeparated(sort || resource.defaultSort)) {
    descending = word.startsWith('-')
    const name = descending ? word.slice(1) : word
    if (!Object.hasOwn(sorts, name)) {
      const known = Object.keys(sorts).join(', ')
      throw badRequest(
        'invalid_sort',
        `Cannot sort by "${word}". Use ${known}, with "-" in front for descending order.`,
        {
          parameter: 'sort',
        },
      )
    }
    if (isTotal) continue
    order.push({ by: sorts[name]!, descending, nullable: canBeNull(resource, name) })
    isTotal = name === 'id'
  }
  // Pages need a total order.
  if (!isTotal) order.push({ by: sql`r.id`, descending, nullable: false })
  return order
}
