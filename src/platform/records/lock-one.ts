/** How one row is found by the id of its resource, and locked. */
import { type RawBuilder, sql } from 'kysely'
import type { Db, Tx } from '../db/database.ts'
import type { DB } from '../db/types.ts'
import { type ErrorSource, notFound } from '../jsonapi/errors.ts'
import { readId, withId } from '../jsonapi/identifiers.ts'
import type { Resource, Row } from '../jsonapi/resource.ts'
import { ofSites } from '../jsonapi/select-rows.ts'

/**
 * How a row ends: the time stands in a column, or the row is removed. One that is archived can still be looked up by
 * its id.
 */
export interface Ending {
  column: 'archived_at' | 'deleted_at' | 'left_at' | 'revoked_at' | null
  verb: 'archive' | 'delete' | 'remove' | 'revoke'
}

export const ARCHIVED: Ending = { column: 'archived_at', verb: 'archive' }
export const DELETED: Ending = { column: 'deleted_at', verb: 'delete' }
export const REMOVED: Ending = { column: null, verb: 'delete' }

/** The rows of a resource. */
export interface Rows {
  resource: Pick<Resource, 'singular' | 'site' | 'isOfAccount' | 'where'>
  table: keyof DB
  /** Left out: they are archived. Null: one that has ended is found like any other. */
  ending?: Ending | null
  /** Whoever refers to the row by a foreign key waits for the lock, too; otherwise only who changes or shares it. */
  isExclusive?: boolean
}

/**
 * Locks a row of the caller's sites, or of their account, until the transaction ends.
 *
 * @throws ApiError 404, also for what has ended
 */
export const lockOne = <Found extends object = Row>(
  tx: Tx,
  rows: Rows,
  siteIds: string[],
  id: string,
): Promise<Found> =>
  select(tx, rows, siteIds, id, rows.isExclusive ? sql`for update` : sql`for no key update`)

/**
 * The row of the caller's sites; until the transaction ends it can be shared, and not be changed or ended.
 *
 * @param source what in the request names it
 * @throws ApiError 404, also for what has ended
 */
export const shareOne = <Found extends object = Row>(
  tx: Tx,
  rows: Rows,
  siteIds: string[],
  id: string,
  source: ErrorSource,
): Promise<Found> => select(tx, rows, siteIds, id, sql`for share`, source)

/**
 * The same row as it is now; somebody else may change it meanwhile.
 *
 * @param source what in the request names it, unless its path does
 * @throws ApiError 404
 */
export const findOne = <Found extends object = Row>(
  db: Db | Tx,
  rows: Rows,
  siteIds: string[],
  id: string,
  source?: ErrorSource,
): Promise<Found> => select(db, rows, siteIds, id, sql``, source)

/**
 * Locks an archived row of the caller until the transaction ends.
 *
 * @returns null when there is none with this id
 */
export function lockArchived(
  tx: Tx,
  rows: Rows,
  { accountId, siteIds }: { accountId: string; siteIds: string[] },
  id: string,
): Promise<Row | null> {
  // An archived site is none of the caller's sites.
  const isOwn = rows.table === 'sites' ? sql`r.account_id = ${accountId}` : ofSites(rows.resource, siteIds)
  return selectRow(tx, rows, id, sql`${isOwn} and r.archived_at is not null`, sql`for update`)
}

async function select<Found>(
  db: Db | Tx,
  rows: Rows,
  siteIds: string[],
  id: string,
  lock: RawBuilder<unknown>,
  source?: ErrorSource,
): Promise<Found> {
  const { resource, ending = ARCHIVED } = rows
  const isThere = ending?.column ? sql`r.${sql.id(ending.column)} is null` : sql`true`
  const row = await selectRow<Found>(db, rows, id, sql`${ofSites(resource, siteIds)} and ${isThere}`, lock)
  if (row) return row
  const hint = ending?.verb === 'archive' ? ', or it is archived' : ''
  throw notFound(`There is no ${resource.singular} ${withId(id)}${hint}.`, source)
}

async function selectRow<Found>(
  db: Db | Tx,
  { resource, table }: Rows,
  id: string,
  condition: RawBuilder<unknown>,
  lock: RawBuilder<unknown>,
): Promise<Found | null> {
  const { rows } = await sql<Found>`
    select r.* from ${sql.table(table)} r
     where r.id = ${readId(id)} and ${condition} and ${resource.where ?? sql`true`}
     ${lock}`.execute(db)
  return rows[0] ?? null
}
