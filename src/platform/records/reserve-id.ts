import { sql } from 'kysely'
import { anyOf, type Tx } from '../db/database.ts'
import { ApiError, unprocessable } from '../jsonapi/errors.ts'

/** Tables whose rows can have ids that clients choose. */
export const ID_TABLES = [
  'blog_posts',
  'contacts',
  'contact_notes',
  'contact_tags',
  'course_lessons',
  'course_modules',
  'custom_fields',
  'forms',
  'landing_pages',
  'lesson_media',
  'offers',
  'podcasts',
  'products',
  'segments',
  'sites',
  'website_pages',
] as const

/** What is moved from elsewhere can keep its ids, too. */
const MOVED_TABLES = [
  'customers',
  'form_submissions',
  'orders',
  'order_items',
  'purchases',
  'transactions',
] as const

export type IdTable = (typeof ID_TABLES)[number]

/** Far above the ids that Kajabi has, and far below what JavaScript can count: no client can use up the sequence. */
const LARGEST_CHOSEN_ID = 999_999_999_999

/** @returns the id as it is written. @throws ApiError 422 for what cannot be chosen */
export function parseChosenId(id: unknown): string {
  const text = typeof id === 'string' || typeof id === 'number' ? String(id) : ''
  if (/^[1-9]\d{0,11}$/.test(text)) return text
  throw unprocessable('invalid', `id must be a whole number from 1 to ${LARGEST_CHOSEN_ID}`, '/data/id')
}

const idTaken = (id: string) =>
  new ApiError(409, 'id_taken', `The id ${id} is already in use; ids are not reused.`, {
    source: { pointer: '/data/id' },
  })

/**
 * Prepares the creation of a row with an id that a client chose. To be called first in its transaction: it takes a
 * lock on the table. An id can be used once in an account; another account may have the same, except for sites.
 *
 * @param siteIds all sites of the account
 * @throws ApiError 409 when the account uses the id, or has used it
 */
export async function reserveId(tx: Tx, table: IdTable, siteIds: string[], id: string): Promise<void> {
  await sql`select reserve_id(${table}::regclass, ${id}::bigint)`.execute(tx)
  const isOurs = table === 'sites' ? sql`true` : sql`site_id = ${anyOf(siteIds)}`
  const { rows } = await sql`select from ${sql.table(table)} where id = ${id} and ${isOurs}`.execute(tx)
  if (rows.length > 0) throw idTaken(id)
}

/**
 * Keeps the server from choosing ids up to one of a table, so that rows can get them later, where they are free. Takes
 * a lock on the table until the transaction ends.
 *
 * @param largest null: none is wanted
 */
export async function reserveIdsUpTo(
  tx: Tx,
  table: IdTable | (typeof MOVED_TABLES)[number],
  largest: string | null,
): Promise<void> {
  if (largest !== null) await sql`select reserve_id(${table}::regclass, ${largest}::bigint)`.execute(tx)
}
