/** How the rows of a resource are created, changed and ended, from a request or from the command line. */
import { type RawBuilder, sql } from 'kysely'
import type { App } from '../app.ts'
import { type Tx, violates } from '../db/database.ts'
import { differing } from '../db/differing.ts'
import { invalidAttribute, labelOf, readAttributes, type Values } from '../jsonapi/read-attributes.ts'
import type { Resource, Row } from '../jsonapi/resource.ts'
import { assertUnused } from '../references/in-use.ts'
import type { ReferredType } from '../references/referable.ts'
import { cannotRestore } from '../references/restorable.ts'
import { ARCHIVED, type Ending, lockOne, type Rows, shareOne } from './lock-one.ts'
import { ID_TABLES, type IdTable, reserveId } from './reserve-id.ts'

/** Who writes, in which transaction. */
export interface Writing {
  app: App
  tx: Tx
  accountId: string
  /** The caller's; null: the operator of the server. */
  userId: string | null
  /** The API key of the caller; null: a user who is signed in, or the operator of the server. */
  keyId: string | null
  /** The caller's. */
  siteIds: string[]
  /** The caller's; null: all. */
  permissions: string[] | null
  now: Date
  /** Reports attributes that are not set. */
  ignore: (names: string[]) => void
  /** Reports what is valid but has no effect. */
  warn: (sentence: string) => void
  /** Shows attributes in the answer to this request alone, such as a new secret. */
  showOnce: (attributes: Values) => void
}

/** The writing of the server's operator, who may do everything; nothing is reported. */
export const asOperator = (app: App, tx: Tx, accountId: string, siteIds: string[]): Writing => ({
  app,
  tx,
  accountId,
  userId: null,
  keyId: null,
  siteIds,
  permissions: null,
  now: app.clock.now(),
  ignore: () => {},
  warn: () => {},
  showOnce: () => {},
})

/** Sets a to-many relationship of a new or locked row. @param pointer to the list of ids. @returns whether it changed */
export type SetRelated = (writing: Writing, row: Row, ids: string[], pointer: string) => Promise<boolean>

/** What there is to say of writing a resource, besides its attributes. The table has `created_at` and `updated_at`. */
export interface Records {
  resource: Resource
  table:
    | Exclude<IdTable, 'contacts'>
    | 'api_keys'
    | 'invitations'
    | 'roles'
    | 'users'
    | 'hooks'
    | 'email_templates'
    | 'automations'
    | 'contact_aliases'
    | 'provider_accounts'
    | 'coupons'
    | 'uploads'
  /** What it belongs to. A new one must name it, and gets its site. */
  parent?: Parent
  /** Left out: it is archived, and can be restored. */
  ending?: Ending
  /**
   * What is to hold before an archived one is restored, besides its unique indexes, and what is restored with it.
   *
   * @param row as it will be; its relationships are set
   * @throws ApiError 422 that points at `archived`
   */
  beforeRestore?(row: Row, writing: Writing): Promise<void>
  isExclusive?: boolean
  /** Unique indexes, each with the attribute that is taken when it is violated. */
  unique?: Record<string, string>
  /**
   * Makes columns of the values of a request, adds those that follow from them, and checks them together. What
   * happens beside the row as it changes happens here, too.
   *
   * @param row locked; null: it is new
   * @param siteId null for a resource that belongs to the account
   */
  complete?(
    values: Values,
    row: Row | null,
    writing: Writing,
    siteId: string | null,
  ): Values | Promise<Values>
  /** What is made beside a new row. @param values as they were read */
  afterCreate?(row: Row, values: Values, writing: Writing): Promise<void>
  relationships?: Record<string, SetRelated>
  /** What prevents that it ends, besides that something refers to it. @throws ApiError 422 */
  beforeEnd?(row: Row, writing: Writing): Promise<void>
  /** What ends with it. */
  afterEnd?(row: Row, writing: Writing): Promise<void>
  /** Automations, hooks and others refer to it by this name: what they use cannot end. */
  referredToAs?: ReferredType
}

export interface Parent {
  /** The name of the to-one relationship, and the column of its id. */
  relationship: string
  column: string
  rows: Rows
  /** Requests can move it to another one of the same site; otherwise it stays with it. */
  isChangeable?: boolean
}

export interface NewRecord {
  /** Null for a resource that belongs to the account, as sites do, or to a parent. */
  siteId: string | null
  parentId?: string
  /** Chosen by the client. */
  id?: string | null
  attributes: Values
  /** Ids by the name of the relationship. */
  related?: Record<string, string[]>
  /** Of one that was made elsewhere; left out: now. */
  createdAt?: Date
}

/** Whether a new one must be given its site. */
export const takesSite = ({ table, parent, resource }: Records): boolean =>
  table !== 'sites' && !parent && !resource.isOfAccount

/** Whether one that has ended can be restored. */
export const isArchivable = ({ ending = ARCHIVED }: Pick<Records, 'ending'>): boolean => ending === ARCHIVED

/** Whether clients can choose the id of a new one. */
export const takesIds = ({ table }: Pick<Records, 'table'>): boolean =>
  (ID_TABLES as readonly string[]).includes(table)

/**
 * Creates a row. Whether the caller may use the site has been checked.
 *
 * @returns the id
 * @throws ApiError 422 that points at the attribute; 404 for a related id; 409 for a chosen id that is in use
 */
export async function createRecord(
  writing: Writing,
  records: Records,
  { siteId, parentId, id = null, attributes, related = {}, createdAt }: NewRecord,
): Promise<{ id: string }> {
  const { tx, now, siteIds, ignore } = writing
  const { values, ignored } = readAttributes(records.resource, attributes, true)
  ignore(ignored)
  if (id !== null) await reserveId(tx, records.table as IdTable, siteIds, id)
  const owner =
    parentId === undefined ? ownerOf(writing, siteId) : await shareParent(writing, records, parentId)
  const columns = {
    ...(await complete(records, values, null, writing, owner.site_id ?? null)),
    ...(id !== null && { id }),
    ...owner,
    created_at: createdAt ?? now,
    updated_at: now,
  }
  const row = await whileUnique(records, taken, () => insert(tx, records, columns))
  await setRelated(writing, records, row, related)
  await records.afterCreate?.(row, values, writing)
  return { id: row.id }
}

type Owner = { site_id?: string; [column: string]: unknown }

const ownerOf = ({ accountId }: Writing, siteId: string | null): Owner =>
  siteId === null ? { account_id: accountId } : { site_id: siteId }

async function shareParent(
  { tx, siteIds, accountId }: Writing,
  { parent, resource }: Records,
  id: string,
): Promise<Owner> {
  const { relationship, column, rows } = parent!
  const source = { pointer: `/data/relationships/${relationship}/data/id` }
  const row = await shareOne(tx, rows, siteIds, id, source)
  return {
    ...(resource.isOfAccount ? { account_id: accountId } : { site_id: row.site_id }),
    [column]: row.id,
  }
}

const complete = (
  records: Records,
  values: Values,
  row: Row | null,
  writing: Writing,
  siteId: string | null,
): Values | Promise<Values> => records.complete?.(values, row, writing, siteId) ?? values

const insert = (tx: Tx, { table }: Records, columns: Values): Promise<Row> =>
  tx
    .insertInto(table)
    .values(columns as never)
    .returningAll()
    .executeTakeFirstOrThrow() as Promise<unknown> as Promise<Row>

/**
 * Changes a locked row; current values change nothing, not even `updated_at`. One that is archived is restored with
 * the changes.
 *
 * @param related ids by the name of the relationship; what is not named stays
 * @param parentId of the new parent, where it can change; undefined: it stays
 * @throws ApiError 422 that points at the attribute; 404 for a related id
 */
export async function updateRecord(
  writing: Writing,
  records: Records,
  row: Row,
  attributes: Values,
  related: Record<string, string[]> = {},
  parentId?: string,
): Promise<void> {
  const { values, ignored } = readAttributes(records.resource, attributes, false)
  writing.ignore(ignored)
  if (parentId !== undefined)
    Object.assign(values, await shareParent(inTenantOf(writing, records, row), records, parentId))
  const columns = await complete(records, values, row, writing, row.site_id ?? null)
  const isRelatedChanged = await setRelated(writing, records, row, related)
  const isRestored = isArchivable(records) && row.archived_at !== null
  if (isRestored) await records.beforeRestore?.({ ...row, ...columns }, writing)
  const changes = differing({ ...columns, ...(isRestored && { archived_at: null }) }, row)
  if (Object.keys(changes).length === 0 && !isRelatedChanged) return
  const refuse = (name: string) =>
    isRestored && !Object.hasOwn(values, name) ? takenMeanwhile(records, name) : taken(name)
  await whileUnique(records, refuse, () => setColumns(writing, records, row, changes))
}

/** What a row can be moved to is of the same site, or of the same account. */
const inTenantOf = (writing: Writing, { resource }: Records, row: Row): Writing =>
  resource.isOfAccount ? writing : { ...writing, siteIds: [row.site_id] }

/**
 * Archives or deletes a row of the caller's sites: lists do not show it any more, and nothing can refer to it.
 *
 * @throws ApiError 404, also for what has ended; 422 while something uses it
 */
export async function endRecord(writing: Writing, records: Records, id: string): Promise<void> {
  const { tx, siteIds, now } = writing
  const { column } = records.ending ?? ARCHIVED
  const row = await lockOne(tx, records, siteIds, id)
  await records.beforeEnd?.(row, writing)
  if (column) await setColumns(writing, records, row, { [column]: now })
  else await removeRow(writing, records, row)
  if (records.referredToAs)
    await assertUnused(writing.app, tx, row.site_id ?? row.id, records.referredToAs, row.id)
  await records.afterEnd?.(row, writing)
}

async function removeRow({ tx }: Writing, records: Records, row: Row) {
  await tx.deleteFrom(records.table).where('id', '=', row.id).where(isOfTenant(records, row)).execute()
}

async function setColumns({ tx, now }: Writing, records: Records, row: Row, columns: Values) {
  await tx
    .updateTable(records.table)
    .set({ ...columns, updated_at: now } as never)
    .where('id', '=', row.id)
    .where(isOfTenant(records, row))
    .execute()
}

/** The condition for rows of the same site, or of the same account. */
function isOfTenant({ table, resource }: Records, row: Row): RawBuilder<boolean> {
  if (resource.isOfAccount) return sql`account_id = ${row.account_id}`
  return table === 'sites' ? sql`id = ${row.id}` : sql`site_id = ${row.site_id}`
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

/** @param refuse makes the error of the attribute that is taken */
async function whileUnique<Result>(
  { unique = {} }: Records,
  refuse: (name: string) => Error,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const index = Object.keys(unique).find((name) => violates(error, name))
    throw index ? refuse(unique[index]!) : error
  }
}

const taken = (name: string) => invalidAttribute(name, 'taken', 'has already been taken')

/** Of one that is restored as it was: the request does not name the attribute. */
const takenMeanwhile = ({ resource }: Records, name: string) =>
  cannotRestore(
    'taken',
    `Another ${resource.singular} now has this ${labelOf(name).toLowerCase()}. Restore it with another one, in the same request.`,
  )
