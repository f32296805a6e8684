/** Loads a page of a list from a place on, and not by its number: what lies before that place is not read. */
import { sql } from 'kysely'
import type { Db, Tx } from '../db/database.ts'
import { type CursorPage, encodeCursor, malformedCursor } from './cursors.ts'
import { fewMatches, listCondition, narrowToSite } from './load.ts'
import { attachRelated, type LoadedDocument } from './load-related.ts'
import type { ResourceQuery } from './query.ts'
import type { Resource } from './resource.ts'
import type { LoadScope } from './resources.ts'
import { allOf, oneOfThese, select } from './select-rows.ts'
import { isBeyond, orderBy, type Place, placeOf, reversed } from './sorting.ts'

export interface LoadedCursorPage extends LoadedDocument {
  /** The cursors of the first and the last row; empty for the end of the list that an empty page lies beyond. */
  start: string
  end: string
  hasPrevious: boolean
  hasNext: boolean
}

type CursorQuery = ResourceQuery & { cursor: CursorPage }

export const isByCursor = (query: ResourceQuery): query is CursorQuery => query.cursor !== null

/**
 * Loads the page after or before a cursor: a fixed number of queries, whatever the number of rows.
 *
 * @throws ApiError 400 when a value in the cursor is none of its sort key
 */
export async function loadByCursor(
  db: Db | Tx,
  resource: Resource,
  query: CursorQuery,
  scope: LoadScope,
): Promise<LoadedCursorPage> {
  const siteScope = await narrowToSite(db, resource, query, scope)
  const { direction, cursor, list } = query.cursor
  const found = await findPlaces(db, resource, query, siteScope)
  const hasMore = found.length > query.page.size
  const places = found.slice(0, query.page.size)
  if (direction === 'before') places.reverse()
  const ids = places.map(({ id }) => id)
  const unordered = ids.length
    ? await select(db, resource, query, siteScope, sql`where ${oneOfThese(ids, resource, siteScope)}`)
    : []
  const byId = new Map(unordered.map((row) => [row.id, row]))
  const rows = ids.flatMap((id) => byId.get(id) ?? [])
  const document = await attachRelated(db, resource, rows, query, 'always', siteScope)
  const cursorOf = (at: number) => places.at(at) && encodeCursor(list, places.at(at)!.place)
  return direction === 'after'
    ? {
        ...document,
        start: cursorOf(0) ?? '',
        end: cursorOf(-1) ?? cursor,
        hasPrevious: cursor !== '',
        hasNext: hasMore,
      }
    : {
        ...document,
        start: cursorOf(0) ?? cursor,
        end: cursorOf(-1) ?? '',
        hasPrevious: hasMore,
        hasNext: cursor !== '',
      }
}

/**
 * The ids of the page and one more, the nearest to the cursor first. Each place is read with its id: read later, it might
 * be that of a row that has moved meanwhile, and the rows that it moved past would be left out.
 */
async function findPlaces(
  db: Db | Tx,
  resource: Resource,
  query: CursorQuery,
  scope: LoadScope,
): Promise<{ id: string; place: Place }[]> {
  const { direction, place } = query.cursor
  const keys = direction === 'after' ? query.order : reversed(query.order)
  const beyond = place ? isBeyond(keys, place) : undefined
  const condition = allOf([listCondition(resource, query, scope), beyond])
  return readingPlace(query.cursor, async () => {
    const few = query.filters.length > 0 ? await fewMatches(db, resource, query, condition, scope) : null
    const matching = few ? allOf([oneOfThese(few, resource, scope), beyond]) : condition
    const { rows } = await sql<{ id: string; place: Place }>`
      select r.id, ${placeOf(keys)} as place from ${resource.from}
       where ${matching} order by ${orderBy(keys)} limit ${query.page.size + 1}`.execute(db)
    return rows
  })
}

/** PostgreSQL reads the values of a cursor, and what it cannot read it did not write. */
async function readingPlace<Result>(
  { direction, place }: CursorPage,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const isUnreadable = /^22/.test((error as { code?: string }).code ?? '')
    throw place && isUnreadable ? malformedCursor(`page[${direction}]`) : error
  }
}
