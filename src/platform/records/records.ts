/** How the rows of a resource are created, changed and archived, from a request or from the command line. */
import { sql } from 'kysely'
import type { App } from '../app.ts'
import { anyOf, type Tx, violates } from '../db/database.ts'
import { differing } from '../db/differing.ts'
import { notFound } from '../jsonapi/errors.ts'
import { readId } from '../jsonapi/identifiers.ts'
import { invalidAttribute, readAttributes, type Values } from '../jsonapi/read-attributes.ts'
import type { Resource, Row } from '../jsonapi/resource.ts'
import { assertUnused } from '../references/in-use.ts'
import type { ReferredType } from '../references/referable.ts'
import { type IdTable, reserveId } from './reserve-id.ts'

/** Who writes, in which transaction. */
export interface Writing {
  app: App
  tx: Tx
  accountId: string
  /** The caller's. */
  siteIds: string[]
  now: Date
}

/** Sets a to-many relationship of a new or locked row. @param pointer to the list of ids. @returns whether it changed */
export type SetRelated = (writing: Writing, row: Row, ids: string[], pointer: string) => Promise<boolean>

/** What there is to say of writing a resource, besides its attributes. The table has `archived_at` and `updated_at`. */
export interface Records {
  resource: Resource
  table: Exclude<IdTable, 'contacts'>
  /** Unique indexes, each with the attribute that is taken when it is violated. */
  unique?: Record<string, string>
  /**
   * Adds the columns that follow from the values of a request, and checks them together.
   *
   * @param row null: it is new
   */
  complete?: (values: Values, row: Row | null, writing: Writing) => Values
  relationships?: Record<string, SetRelated>
  /** What prevents archiving, besides that something refers to it. @throws ApiError 422 */
  beforeArchive?: (row: Row, writing: Writing) => Promise<void>
  /** Automations, hooks and others refer to it by this name: what they use cannot be archived. */
  referredToAs?: ReferredType
}

export interface NewRecord {
  /** Null for a resource that belongs to the account, as sites do. */
  siteId: string | null
  /** Chosen by the client. */
  id?: string | null
  attributes: Values
  /** Ids by the name of the relationship. */
  related?: Record<string, string[]>
}

/**
 * Creates a row. Whether the caller may use the site has been checked.
 *
 * @returns the id, and the names of attributes that were ignored
 * @throws ApiError 422 that points at the attribute; 404 for a related id; 409 for a chosen id that is in use
 */
export async function createRecord(
  writing: Writing,
  records: Records,
  { siteId, id = null, attributes, related = {} }: NewRecord,
): Promise<{ id: string; ignored: string[] }> {
  const { tx, now, siteIds, accountId } = writing
  const { table, complete = (values) => values } = records
  const { values, ignored } = readAttributes(records.resource, attributes, true)
  if (id !== null) await reserveId(tx, table, siteIds, id)
  const row = {
    ...complete(values, null, writing),
    ...(id !== null && { id }),
    ...(siteId === null ? { account_id: accountId } : { site_id: siteId }),
    created_at: now,
    updated_at: now,
  }
  const made = await whileUnique(records, () =>
    tx
      .insertInto(table)
      .values(row as never)
      .returningAll()
      .executeTakeFirstOrThrow(),
  )
  await setRelated(writing, records, made as unknown as Row, related)
  return { id: made.id, ignored }
}

/**
 * Locks a row of the caller's sites until the transaction ends.
 *
 * @throws ApiError 404, also for what is archived
 */
export async function lockOne(
  tx: Tx,
  { resource, table }: Records,
  siteIds: string[],
  id: string,
): Promise<Row> {
  const { rows } = await sql<Row>`
    select r.* from ${sql.table(table)} r
     where r.id = ${readId(id)} and ${resource.site ?? sql`r.site_id`} = ${anyOf(siteIds)}
       and r.archived_at is null
       for no key update`.execute(tx)
  if (rows[0]) return rows[0]
  throw notFound(`There is no ${resource.singular} with the id ${id}, or it is archived.`)
}

/**
 * Changes a locked row; current values change nothing, not even `updated_at`.
 *
 * @param related ids by the name of the relationship; what is not named stays
 * @returns the names of attributes that were ignored
 * @throws ApiError 422 that points at the attribute; 404 for a related id
 */
export async function updateRecord(
  writing: Writing,
  records: Records,
  row: Row,
  attributes: Values,
  related: Record<string, string[]> = {},
): Promise<string[]> {
  const { complete = (values) => values } = records
  const { values, ignored } = readAttributes(records.resource, attributes, false)
  const changes = differing(complete(values, row, writing), row)
  const isRelatedChanged = await setRelated(writing, records, row, related)
  if (Object.keys(changes).length === 0 && !isRelatedChanged) return ignored
  await whileUnique(records, () => setColumns(writing, records, row, changes))
  return ignored
}

/**
 * Archives a row of the caller's sites: lists do not show it any more, and nothing can refer to it.
 *
 * @throws ApiError 404, also for what is archived; 422 while something uses it
 */
export async function archiveRecord(writing: Writing, records: Records, id: string): Promise<void> {
  const row = await lockOne(writing.tx, records, writing.siteIds, id)
  await records.beforeArchive?.(row, writing)
  await setColumns(writing, records, row, { archived_at: writing.now })
  if (records.referredToAs)
    await assertUnused(writing.tx, row.site_id ?? row.id, records.referredToAs, row.id)
}

async function setColumns({ tx, now }: Writing, { table }: Records, row: Row, columns: Values) {
  await tx
    .updateTable(table)
    .set({ ...columns, updated_at: now } as never)
    .where('id', '=', row.id)
    .where(table === 'sites' ? sql`id` : sql`site_id`, '=', row.site_id ?? row.id)
    .execute()
}

async function setRelated(
  writing: Writing,
  { relationships = {} }: Records,
  row: Row,
  related: Record<string, string[]>,
): Promise<boolean> {
  let isChanged = false
  for (const [name, ids] of Object.entries(related)) {
    const pointer = `/data/relationships/${name}/data`
    if (await relationships[name]!(writing, row, ids, pointer)) isChanged = true
  }
  return isChanged
}

async function whileUnique<Result>({ unique = {} }: Records, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const index = Object.keys(unique).find((name) => violates(error, name))
    throw index ? invalidAttribute(unique[index]!, 'taken', 'has already been taken') : error
  }
}
