import { type RawBuilder, sql } from 'kysely'
import { badRequest, type ErrorSource } from './errors.ts'
import { findResource, type Predicate, type Resource, resourceOf, type Scope } from './resource.ts'

export const DEFAULT_PAGE_SIZE = 25
export const LARGEST_PAGE_SIZE = 500
/** Each level of an include costs queries. */
const DEEPEST_INCLUDE = 3

/** Query parameters as they came; a parameter given twice counts once, the last. */
export type QueryParameters = Record<string, string | string[]>

/** `include=a,b.c` as a tree: {a: {}, b: {c: {}}}. */
export interface IncludeTree {
  [relationship: string]: IncludeTree
}

export interface Reference {
  type: string
  id: string
  parameter: string
}

/** What a caller asked of a resource, checked and in our words. */
export interface ResourceQuery {
  fields: Record<string, string[]>
  include: IncludeTree
  predicates: Predicate[]
  /** Ids in filters that must belong to resources the caller can see. */
  references: Reference[]
  /** The one site that `filter[site_id]` names. */
  siteId: string | null
  order: RawBuilder<unknown>[]
  page: { number: number; size: number }
  ignored: Ignored[]
}

/** Something in a request that cannot be honoured: ignored with a warning, or refused in strict mode. */
export interface Ignored {
  /** Why, without a full stop: both answers add their own ending. */
  reason: string
  source: ErrorSource
}

/**
 * Reads the parameters of a list, or with `single` those that one resource takes. What a list cannot
 * honour but a client may well send is passed over and told in `ignored`; what would give a wrong page
 * is refused.
 *
 * @throws ApiError 400 that names the parameter
 */
export function parseQuery(
  resource: Resource,
  parameters: QueryParameters,
  scope: Scope,
  { single = false }: { single?: boolean } = {},
): ResourceQuery {
  const query: ResourceQuery = {
    fields: {},
    include: {},
    predicates: [],
    references: [],
    siteId: null,
    order: [],
    page: { number: 1, size: DEFAULT_PAGE_SIZE },
    ignored: [],
  }
  let sort = ''
  for (const [name, given] of Object.entries(parameters)) {
    const value = Array.isArray(given) ? given.join(',') : given
    const [, family, key] = /^(\w+)\[(\w+)\](?:\[\])?$/.exec(name) ?? [null, name, '']
    if (family === 'include') query.include = parseInclude(resource, value, query.ignored)
    else if (family === 'fields' && findResource(key!))
      query.fields[key!] = parseFields(name, key!, value, query)
    else if (single) {
      // Filters of lists do no harm on a single resource: clients send filter[site_id] everywhere.
      if (family !== 'filter') query.ignored.push(unknownParameter(name))
    } else if (name === 'sort') sort = value.trim()
    else if (name === 'page[number]') query.page.number = parsePage(name, value, Number.MAX_SAFE_INTEGER)
    else if (name === 'page[size]') query.page.size = parsePage(name, value, LARGEST_PAGE_SIZE)
    else if (name === 'filter[site_id]' && resource.type !== 'sites') query.siteId = value.trim()
    else if (family === 'filter' && Object.hasOwn(resource.filters, key!))
      addFilter(resource, key!, value, scope, query)
    else query.ignored.push(unknownParameter(name))
  }
  query.order = parseSort(resource, sort, query.predicates)
  return query
}

function addFilter(resource: Resource, key: string, value: string, scope: Scope, query: ResourceQuery): void {
  const filter = resource.filters[key]!
  const parameter = `filter[${key}]`
  if (value.includes('\0'))
    throw badRequest('invalid_filter', `${parameter} contains a zero byte.`, { parameter })
  if (filter.refersTo) query.references.push({ type: filter.refersTo, id: value.trim(), parameter })
  try {
    query.predicates.push(filter.build(value.trim(), scope))
  } catch (error) {
    throw badRequest('invalid_filter', `${parameter} ${(error as Error).message}.`, { parameter })
  }
}

export const unknownParameter = (parameter: string): Ignored => ({
  reason: `The parameter ${parameter} is not known here`,
  source: { parameter },
})

function parseFields(parameter: string, type: string, value: string, query: ResourceQuery): string[] {
  const { attributes, relationships } = resourceOf(type)
  const names = words(value)
  for (const name of names) {
    if (Object.hasOwn(attributes, name) || Object.hasOwn(relationships, name)) continue
    const reason = `There is no field "${name}" of ${type} to show`
    query.ignored.push({ reason, source: { parameter } })
  }
  return names
}

function parsePage(parameter: string, value: string, most: number): number {
  const number = Number(value)
  if (/^\d+$/.test(value) && number >= 1 && number <= most) return number
  const range = most === LARGEST_PAGE_SIZE ? `from 1 to ${LARGEST_PAGE_SIZE}` : 'from 1'
  throw badRequest('invalid_page', `${parameter} must be a whole number ${range}, not "${value}".`, {
    parameter,
  })
}

function parseSort(resource: Resource, sort: string, predicates: Predicate[]): RawBuilder<unknown>[] {
  const order: RawBuilder<unknown>[] = []
  if (sort === '') {
    for (const { first } of predicates) if (first) order.push(sql`(${first}) desc`)
  }
  let direction = sql`asc`
  for (const word of words(sort || resource.defaultSort)) {
    const descending = word.startsWith('-')
    const name = descending ? word.slice(1) : word
    if (!Object.hasOwn(resource.sorts, name)) {
      const known = Object.keys(resource.sorts).join(', ')
      throw badRequest(
        'invalid_sort',
        `Cannot sort by "${word}". Use ${known}, with "-" in front for descending order.`,
        {
          parameter: 'sort',
        },
      )
    }
    direction = descending ? sql`desc` : sql`asc`
    order.push(sql`${resource.sorts[name]} ${direction}`)
  }
  // Pages need a total order.
  order.push(sql`r.id ${direction}`)
  return order
}

function parseInclude(resource: Resource, value: string, ignored: Ignored[]): IncludeTree {
  const tree: IncludeTree = {}
  for (const path of words(value)) {
    let branch = tree
    let current = resource
    for (const [depth, name] of path.split('.').entries()) {
      const relationship = Object.hasOwn(current.relationships, name) && current.relationships[name]
      if (!relationship || depth === DEEPEST_INCLUDE) {
        const reason = relationship
          ? `An include can be ${DEEPEST_INCLUDE} relationships deep, and ${path} is deeper`
          : `There is no relationship "${name}" of ${current.type} to include`
        ignored.push({ reason, source: { parameter: 'include' } })
        break
      }
      branch[name] ??= {}
      branch = branch[name]
      current = resourceOf(relationship.type)
    }
  }
  return tree
}

const words = (value: string): string[] =>
  value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
