import { type RawBuilder, sql } from 'kysely'
import type { Db, Tx } from '../db/database.ts'
import { badRequest, inParameter, jsonPointer, notFound, type Path } from './errors.ts'
import { isId } from './identifiers.ts'
import { attachRelated, type LoadedDocument, type WhatToShow } from './load-related.ts'
import type { ResourceQuery } from './query.ts'
import type { FilterSql, Resource, Row } from './resource.ts'
import type { LoadScope } from './resources.ts'
import { allOf, oneOfThese, select, visible } from './select-rows.ts'
import { orderBy } from './sorting.ts'

export interface LoadedPage extends LoadedDocument {
  total: number
}

/** Loads a page of a list: a fixed number of queries, whatever the number of rows. */
export async function loadPage(
  db: Db | Tx,
  resource: Resource,
  query: ResourceQuery,
  scope: LoadScope,
): Promise<LoadedPage> {
  const siteScope = await narrowToSite(db, resource, query, scope)
  const condition = listCondition(resource, query, siteScope)
  const { few, total } = await findMatches(db, resource, query, condition, siteScope)
  const matching = few ? oneOfThese(few, resource, siteScope) : condition
  const rows = await selectPage(db, resource, query, matching, total, siteScope)
  const document = await attachRelated(db, resource, rows, query, 'always', siteScope)
  return { ...document, total }
}

/** What a list shows, whatever page of it. */
export const listCondition = (
  resource: Resource,
  { filters }: Pick<ResourceQuery, 'filters'>,
  scope: LoadScope,
): RawBuilder<unknown> =>
  allOf([
    visible(resource, scope),
    filters.some(({ saysWhatIsListed }) => saysWhatIsListed) ? undefined : resource.listed,
    ...filters.map(({ where }) => where),
  ])

/** Up to this many matches are collected and sorted; with more, an index in the requested order soon fills a page. */
export const MATERIALIZE_LIMIT = 5_000

/**
 * The ids of what matches, or null when that is many. Few are sorted without a second search, and without the
 * planner's hope that walking the whole site in order meets enough of them early. An only filter may have a quicker way
 * to them, which takes nothing else of the condition into account.
 */
export async function fewMatches(
  db: Db | Tx,
  resource: Resource,
  { filters: [only, another] }: Pick<ResourceQuery, 'filters'>,
  condition: RawBuilder<unknown>,
  scope: LoadScope,
): Promise<string[] | null> {
  const quick = only?.few && !another && listCondition(resource, { filters: [{ where: only.few }] }, scope)
  const { rows } = await sql<{ id: string }>`
    select r.id from ${resource.from} where ${quick ?? condition} limit ${MATERIALIZE_LIMIT + 1}`.execute(db)
  return rows.length > MATERIALIZE_LIMIT ? null : rows.map(({ id }) => id)
}

/** How many match, and which, where those are few. */
async function findMatches(
  db: Db | Tx,
  resource: Resource,
  query: ResourceQuery,
  condition: RawBuilder<unknown>,
  scope: LoadScope,
): Promise<{ few: string[] | null; total: number }> {
  const [only, another] = query.filters
  if (!only) return { few: null, total: await countAll(db, resource, condition, scope) }
  const count = another ? undefined : only.count
  if (count && only.isIndexed) {
    const total = await readCount(db, count(scope))
    if (total === 0 || total > MATERIALIZE_LIMIT) return { few: null, total }
  }
  const few = await fewMatches(db, resource, query, condition, scope)
  if (few) return { few, total: few.length }
  return { few, total: await (count ? readCount(db, count(scope)) : countRows(db, resource, condition)) }
}

const countAll = (db: Db | Tx, resource: Resource, condition: RawBuilder<unknown>, scope: LoadScope) =>
  resource.total ? readCount(db, resource.total(scope)) : countRows(db, resource, condition)

const countRows = (db: Db | Tx, resource: Resource, condition: RawBuilder<unknown>) =>
  readCount(db, sql`select count(*) from ${resource.from} where ${condition}`)

/** How many a list that these filters narrow has. */
export const countMatches = (
  db: Db | Tx,
  resource: Resource,
  filters: FilterSql[],
  scope: LoadScope,
): Promise<number> => countRows(db, resource, listCondition(resource, { filters }, scope))

async function readCount(db: Db | Tx, counting: RawBuilder<unknown>): Promise<number> {
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
  scope: LoadScope,
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
  scope: LoadScope,
): Promise<LoadedDocument> {
  const rows = isId(id)
    ? await select(db, resource, query, scope, sql`where ${visible(resource, scope)} and r.id = ${id}`)
    : []
  if (rows.length === 0) throw notFound(`There is no ${resource.singular} with the id ${id}.`)
  return attachRelated(db, resource, rows, query, 'single', scope)
}

/**
 * Loads several resources as loadOne() does, without what is included, in as many queries as one takes.
 *
 * @returns them by id; none for an id that there is not in the caller's sites
 */
export async function loadEach(
  db: Db | Tx,
  resource: Resource,
  ids: string[],
  { fields }: Pick<WhatToShow, 'fields'>,
  scope: LoadScope,
): Promise<Map<string, LoadedDocument>> {
  const rows = await select(db, resource, { fields }, scope, sql`where ${oneOfThese(ids, resource, scope)}`)
  const { primary } = await attachRelated(db, resource, rows, { fields, include: {} }, 'single', scope)
  return new Map(rows.map((row) => [row.id, { primary: { ...primary, rows: [row] }, included: [] }]))
}

/** Whether the caller can see a resource of this id, or could before it was deleted: what refers to it remains. */
async function existed(db: Db | Tx, resource: Resource, id: string, scope: LoadScope): Promise<boolean> {
  if (!isId(id)) return false
  const condition = visible({ ...resource, where: undefined }, scope)
  const { rows } = await sql`select from ${resource.from} where ${condition} and r.id = ${id}`.execute(db)
  return rows.length > 0
}

/** Narrows the scope to the site that was asked for, and refuses references to what is not the caller's. */
export async function narrowToSite(
  db: Db | Tx,
  resource: Resource,
  query: ResourceQuery,
  scope: LoadScope,
): Promise<LoadScope> {
  const siteScope = { ...scope, siteIds: sitesOfList(resource, query.siteId, scope) }
  for (const { type, id, parameter, path } of query.references) {
    const target = scope.resources.get(type)
    if (!(await existed(db, target, id, siteScope))) throw missing(target.singular, id, parameter, path)
  }
  return siteScope
}

/**
 * The sites whose resources a list has.
 *
 * @param siteId the one that was asked for
 * @throws ApiError 404 when the caller cannot see it; 400 when one must be named
 */
export function sitesOfList(
  { listNeedsSite }: Resource,
  siteId: string | null,
  { siteIds }: Pick<LoadScope, 'siteIds'>,
): string[] {
  if (siteId !== null) {
    if (siteIds.includes(siteId)) return [siteId]
    throw missing('site', siteId, 'filter[site_id]')
  }
  if (!listNeedsSite || siteIds.length <= 1) return siteIds
  const parameter = 'filter[site_id]'
  const detail = `The account has several sites. Specify one with ${parameter}.`
  throw badRequest('site_required', detail, { parameter })
}

const missing = (what: string, id: string, parameter: string, path?: Path) =>
  path?.length
    ? inParameter(notFound(`There is no ${what} with the id ${id}.`), parameter, jsonPointer(path))
    : notFound(`There is no ${what} with the id ${id}.`, { parameter })
