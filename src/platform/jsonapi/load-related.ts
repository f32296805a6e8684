import { type RawBuilder, sql } from 'kysely'
import type { Db, Tx } from '../db/database.ts'
import { containing } from './field-types.ts'
import type { IncludeTree } from './include.ts'
import type { Narrowing, ResourceQuery } from './query.ts'
import type { Resource, Row, ToMany } from './resource.ts'
import type { LoadScope } from './resources.ts'
import { oneOfThese, select } from './select-rows.ts'

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

/** The part of a query that is about how resources are shown. */
export type WhatToShow = Pick<ResourceQuery, 'fields' | 'include'> & Partial<Pick<ResourceQuery, 'narrowed'>>

/** Adds the identifiers of related resources, and the included resources themselves. */
export async function attachRelated(
  db: Db | Tx,
  resource: Resource,
  rows: Row[],
  { fields, include, narrowed = {} }: WhatToShow,
  linkage: ToMany['linkage'],
  scope: LoadScope,
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
  scope: LoadScope,
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
  scope: LoadScope,
  included: Map<string, Loaded>,
): Promise<void> {
  for (const [name, below] of Object.entries(include)) {
    const relationship = owners.resource.relationships[name]!
    const resource = scope.resources.get(relationship.type)
    const ids = relatedIds(owners, name)
    const part = narrowed[name] ? partOf(relationship as ToMany, narrowed[name]) : sql``
    const rows = ids.length
      ? inOrder(
          ids,
          await select(
            db,
            resource,
            { fields },
            scope,
            sql`where ${oneOfThese(ids, resource, scope)} ${part}`,
          ),
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

/** In the order of the relationship, as lessons of a course have one. */
function inOrder(ids: string[], rows: Row[]): Row[] {
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => byId.get(id) ?? [])
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
