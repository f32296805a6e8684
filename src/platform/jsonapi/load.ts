import { type RawBuilder, sql } from 'kysely'
import type { Db, Tx } from '../db/database.ts'
import { badRequest, notFound } from './errors.ts'
import { containing } from './field-types.ts'
import { isId } from './identifiers.ts'
import type { IncludeTree, Narrowing, ResourceQuery } from './query.ts'
import { type Resource, type Row, resourceOf, type Scope, type ToMany } from './resource.ts'
import { orderBy } from './sorting.ts'

/** Related ids by owner: `edges.get('offers')?.get(ownerId)`. */
export type Edges = Map<string, Map<string, string[]>>

/** Rows of one type, with the identifiers of what they are related to. */
export interface Loaded {
  resource: Resource
  rows: Row[]
  edges: Edges
}

export interface LoadedDocument {
  primary: Loaded
  included: Loaded[]
}

export interface LoadedPage extends LoadedDocument {
  total: number
}

/** Loads a page of a list: a fixed number of queries, whatever the number of rows. */
export async function loadPage(
  db: Db | Tx,
  resource: Resource,
  query: ResourceQuery,
  scope: Scope,
): Promise<LoadedPage> {
  const siteScope = await narrowToSite(db, resource, query, scope)
  const condition = listCondition(resource, query, siteScope)
  const few = query.predicates.length > 0 ? await fewMatches(db, resource, condition) : null
  const total = few?.length ?? (await count(db, resource, query, condition, siteScope))
  const matching = few ? oneOfThese(few, resource, siteScope) : condition
  const rows = await selectPage(db, resource, query, matching, total, siteScope)
  const document = await attachRelated(db, resource, rows, query, 'always', siteScope)
  return { ...document, total }
}

/** What a list shows, whatever page of it. */
export const listCondition = (
  resource: Resource,
  { predicates }: Pick<ResourceQuery, 'predicates'>,
  scope: Scope,
): RawBuilder<unknown> =>
  allOf([visible(resource, scope), resource.listed, ...predicates.map(({ where }) => where)])

export const oneOfThese = (ids: string[], resource: Resource, scope: Scope): RawBuilder<unknown> =>
  sql`${visible(resource, scope)} and r.id = any (${ids}::bigint[])`

/** Up to this many matches are collected and sorted; with more, an index in the requested order soon fills a page. */
const MATERIALIZE_LIMIT = 5_000

/**
 * The ids of what matches, or null when that is many. Few are sorted without a second search, and without the
 * planner's hope that walking the whole site in order meets enough of them early.
 */
export async function fewMatches(
  db: Db | Tx,
  resource: Resource,
  condition: RawBuilder<unknown>,
): Promise<string[] | null> {
  const { rows } = await sql<{ id: string }>`
    select r.id from ${resource.from} where ${condition} limit ${MATERIALIZE_LIMIT + 1}`.execute(db)
  return rows.length > MATERIALIZE_LIMIT ? null : rows.map(({ id }) => id)
}

async function count(
  db: Db | Tx,
  resource: Resource,
  { predicates }: ResourceQuery,
  condition: RawBuilder<unknown>,
  scope: Scope,
): Promise<number> {
  const counting =
    resource.total && predicates.length === 0
      ? resource.total(scope)
      : sql`select count(*) from ${resource.from} where ${condition}`
  const { rows } = await sql<{ count: string }>`${counting}`.execute(db)
  return Number(rows[0]!.count)
}

/** Finds the ids first, from an index alone where it suffices: what only leads up to the page is not read. */
async function selectPage(
  db: Db | Tx,
  resource: Resource,
  query: ResourceQuery,
  matching: RawBuilder<unknown>,
  total: number,
  scope: Scope,
): Promise<Row[]> {
  const { number, size } = query.page
  const offset = (number - 1) * size
  if (offset >= total) return []
  const order = sql`order by ${orderBy(query.order)}`
  const ids = sql`select r.id from ${resource.from} where ${matching} ${order} limit ${size} offset ${offset}`
  return select(
    db,
    resource,
    query,
    scope,
    sql`where ${visible(resource, scope)} and r.id = any (array(${ids})) ${order}`,
  )
}

/** The part of a query that is about how resources are shown. */
type WhatToShow = Pick<ResourceQuery, 'fields' | 'include'> & Partial<Pick<ResourceQuery, 'narrowed'>>

/**
 * Loads one resource.
 *
 * @throws ApiError 404 when there is none with this id in the caller's sites
 */
export async function loadOne(
  db: Db | Tx,
  resource: Resource,
  id: string,
  query: WhatToShow,
  scope: Scope,
): Promise<LoadedDocument> {
  const rows = isId(id)
    ? await select(db, resource, query, scope, sql`where ${visible(resource, scope)} and r.id = ${id}`)
    : []
  if (rows.length === 0) throw notFound(`There is no ${resource.singular} with the id ${id}.`)
  return attachRelated(db, resource, rows, query, 'single', scope)
}

/** Whether the caller can see a resource of this id. */
export async function exists(db: Db | Tx, resource: Resource, id: string, scope: Scope): Promise<boolean> {
  if (!isId(id)) return false
  const { rows } =
    await sql`select from ${resource.from} where ${visible(resource, scope)} and r.id = ${id}`.execute(db)
  return rows.length > 0
}

/** The same, or could before it was deleted: what refers to it is there still, and can be asked for. */
const existed = (db: Db | Tx, resource: Resource, id: string, scope: Scope) =>
  exists(db, { ...resource, where: undefined }, id, scope)

/** Narrows the scope to the site that was asked for, and refuses references to what is not the caller's. */
export async function narrowToSite(
  db: Db | Tx,
  resource: Resource,
  query: ResourceQuery,
  scope: Scope,
): Promise<Scope> {
  let { siteIds } = scope
  if (query.siteId !== null) {
    siteIds = siteIds.filter((id) => id === query.siteId)
    if (siteIds.length === 0) throw missing('site', query.siteId, 'filter[site_id]')
  } else if (resource.listNeedsSite && siteIds.length > 1) {
    throw badRequest('site_required', 'The account has several sites. Specify one with filter[site_id].', {
      parameter: 'filter[site_id]',
    })
  }
  const siteScope = { ...scope, siteIds }
  for (const { type, id, parameter } of query.references) {
    const target = resourceOf(type)
    if (!(await existed(db, target, id, siteScope))) throw missing(target.singular, id, parameter)
  }
  return siteScope
}

const missing = (what: string, id: string, parameter: string) =>
  notFound(`There is no ${what} with the id ${id}.`, { parameter })

const visible = (resource: Resource, { siteIds }: Scope) =>
  allOf([inSites(resource.site ?? sql.ref('r.site_id'), siteIds), resource.where])

/** One site as a plain equality: only then does an index that begins with the site give the order too. */
const inSites = (site: RawBuilder<unknown>, siteIds: string[]) =>
  siteIds.length === 1 ? sql`${site} = ${siteIds[0]}::bigint` : sql`${site} = any (${siteIds}::bigint[])`

export function allOf(conditions: (RawBuilder<unknown> | undefined)[]): RawBuilder<unknown> {
  return sql.join(
    conditions.filter((condition) => condition !== undefined),
    sql` and `,
  )
}

export async function select(
  db: Db | Tx,
  resource: Resource,
  { fields }: Pick<ResourceQuery, 'fields'>,
  scope: Scope,
  rest: RawBuilder<unknown>,
): Promise<Row[]> {
  const columns = [sql`r.id`, sql`${resource.site ?? sql.ref('r.site_id')} as site_id`]
  for (const name of shownAttributes(resource, fields)) {
    const { select: given = sql.ref(`r.${name}`) } = resource.attributes[name]!
    columns.push(sql`${typeof given === 'function' ? given(scope) : given} as ${sql.id(name)}`)
  }
  for (const [name, relationship] of Object.entries(resource.relationships)) {
    if (relationship.kind === 'one') columns.push(sql`${relationship.select} as ${sql.id(`rel_${name}`)}`)
  }
  const { rows } = await sql<Row>`select ${sql.join(columns)} from ${resource.from} ${rest}`.execute(db)
  return rows
}

/** The attributes that `fields[type]` leaves. */
export function shownAttributes(resource: Resource, fields: Record<string, string[]>): string[] {
  const asked = fields[resource.type]
  return Object.keys(resource.attributes).filter((name) => !asked || asked.includes(name))
}

/** Adds the identifiers of related resources, and the included resources themselves. */
export async function attachRelated(
  db: Db | Tx,
  resource: Resource,
  rows: Row[],
  { fields, include, narrowed = {} }: WhatToShow,
  linkage: ToMany['linkage'],
  scope: Scope,
): Promise<LoadedDocument> {
  const edges = await loadEdges(
    db,
    resource,
    rows,
    [...linked(resource, linkage), ...Object.keys(include)],
    scope,
  )
  const primary = { resource, rows, edges }
  const included = new Map<string, Loaded>()
  await loadIncluded(db, primary, include, { fields, narrowed }, scope, included)
  return { primary, included: [...included.values()] }
}

/** The relationships whose identifiers are given without being asked for. */
const linked = (resource: Resource, linkage: ToMany['linkage']): string[] =>
  Object.entries(resource.relationships).flatMap(([name, relationship]) =>
    relationship.kind === 'many' && (linkage === 'single' || relationship.linkage === 'always') ? [name] : [],
  )

async function loadEdges(
  db: Db | Tx,
  resource: Resource,
  rows: Row[],
  names: string[],
  scope: Scope,
): Promise<Edges> {
  const edges: Edges = new Map()
  const ids = rows.map(({ id }) => id)
  for (const name of new Set(names)) {
    const relationship = resource.relationships[name]!
    if (relationship.kind === 'one') continue
    const byOwner = new Map<string, string[]>(ids.map((id) => [id, []]))
    edges.set(name, byOwner)
    if (ids.length === 0) continue
    const found = await sql<{ owner_id: string; id: string }>`${relationship.edges(ids, scope)}`.execute(db)
    for (const { owner_id, id } of found.rows) byOwner.get(owner_id)?.push(id)
  }
  return edges
}

/**
 * One query for each related type on each level of the tree; a resource stands in the document once, and as it stands
 * in a list.
 */
async function loadIncluded(
  db: Db | Tx,
  owners: Loaded,
  include: IncludeTree,
  { fields, narrowed }: Pick<ResourceQuery, 'fields' | 'narrowed'>,
  scope: Scope,
  included: Map<string, Loaded>,
): Promise<void> {
  for (const [name, below] of Object.entries(include)) {
    const relationship = owners.resource.relationships[name]!
    const resource = resourceOf(relationship.type)
    const ids = relatedIds(owners, name)
    const part = narrowed[name] ? partOf(relationship as ToMany, narrowed[name]) : sql``
    const rows = ids.length
      ? await select(
          db,
          resource,
          { fields },
          scope,
          sql`where ${visible(resource, scope)} and r.id = any (${ids}::bigint[]) ${part}`,
        )
      : []
    const edges = await loadEdges(
      db,
      resource,
      rows,
      [...linked(resource, 'always'), ...Object.keys(below)],
      scope,
    )
    merge(included, { resource, rows, edges })
    await loadIncluded(db, { resource, rows, edges }, below, { fields, narrowed: {} }, scope, included)
  }
}

/** What follows the condition of a query for the resources of a relationship. */
function partOf(
  { searched = [] }: ToMany,
  { search, page: { number, size } }: Narrowing,
): RawBuilder<unknown> {
  const matches = searched.map((column) => sql`${column} ilike ${containing(search)}`)
  const condition = search === '' ? sql`` : sql`and (${sql.join(matches, sql` or `)})`
  return sql`${condition} order by r.id limit ${size} offset ${(number - 1) * size}`
}

function relatedIds({ resource, rows, edges }: Loaded, name: string): string[] {
  const ids =
    resource.relationships[name]!.kind === 'one'
      ? rows.map((row) => row[`rel_${name}`] as string | null)
      : [...(edges.get(name)?.values() ?? [])].flat()
  return [...new Set(ids)].filter((id) => id !== null)
}

function merge(included: Map<string, Loaded>, more: Loaded): void {
  const present = included.get(more.resource.type)
  if (!present) {
    included.set(more.resource.type, more)
    return
  }
  const known = new Set(present.rows.map(({ id }) => id))
  present.rows.push(...more.rows.filter(({ id }) => !known.has(id)))
  for (const [name, byOwner] of more.edges) {
    present.edges.set(name, new Map([...(present.edges.get(name) ?? []), ...byOwner]))
  }
}
