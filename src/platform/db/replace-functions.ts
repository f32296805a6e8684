import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { VERSION } from '../version.ts'
import { type Db, inTransaction, type Tx } from './database.ts'

/** In this order, since SQL functions name each other. */
const FUNCTIONS = [
  './replace_type.sql',
  '../../grants/replaced_functions.sql',
  './days.sql',
  './currency_decimals.sql',
  '../../grants/grant_types.sql',
  '../events/record_events.sql',
  '../auth/authenticate.sql',
  '../records/reserve_id.sql',
  '../../people/custom-fields/contacts_without_value.sql',
  '../../people/custom-fields/count_with_value.sql',
  '../../people/customers/count_customers.sql',
  '../http/claim_idempotency_keys.sql',
  '../../catalogue/course-progress/counted_lessons.sql',
  '../../grants/close_expired_grants.sql',
  '../../grants/renew_grants.sql',
  '../../grants/grant_offers.sql',
  '../../grants/revoke_offers.sql',
  '../../grants/replace_offers.sql',
  '../../grants/change_offers.sql',
  '../../sales/settle/facts_against.sql',
  '../../sales/settle/settle_purchases.sql',
  '../../sales/orders/record_orders.sql',
  '../../emails/email_html.sql',
  '../events/claim_events.sql',
].map((path) => join(import.meta.dirname, path))

/** Who asks. */
interface Asker {
  /** A newer version has migrated the database. */
  isOlder: boolean
}

/**
 * Replaces the functions of the database by those of this version: only when their texts changed, since that throws
 * away their plans in every session, and never newer ones. While processes are being replaced, both versions are there.
 */
export async function replaceFunctions(db: Db, { isOlder }: Asker): Promise<void> {
  if (isOlder) return
  const { texts, hash } = await readFunctions()
  await inTransaction(db, async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('bestow functions'))`.execute(tx)
    await sql`create table if not exists function_versions (hash text primary key, release integer[] not null)`.execute(
      tx,
    )
    if (await areInPlace(tx, hash)) return
    for (const text of texts) await sql.raw(text).execute(tx)
    await sql`delete from function_versions`.execute(tx)
    await sql`insert into function_versions values (${hash}, ${orderOf(VERSION)}::integer[])`.execute(tx)
  })
}

/** Whether replaceFunctions() would replace nothing. */
export async function areFunctionsCurrent(db: Db, { isOlder }: Asker): Promise<boolean> {
  if (isOlder) return true
  const { rows } = await sql<{ exists: boolean }>`
    select to_regclass('function_versions') is not null as exists`.execute(db)
  return rows[0]!.exists && areInPlace(db, (await readFunctions()).hash)
}

/** These functions, or those of a newer version. */
async function areInPlace(db: Db | Tx, hash: string): Promise<boolean> {
  const { rows } = await sql`
    select from function_versions where hash = ${hash} or release > ${orderOf(VERSION)}::integer[]`.execute(
    db,
  )
  return rows.length > 0
}

async function readFunctions(): Promise<{ texts: string[]; hash: string }> {
  const texts = await Promise.all(FUNCTIONS.map((file) => readFile(file, 'utf8')))
  return { texts, hash: createHash('sha256').update(texts.join('\n')).digest('hex') }
}

/** Numbers that compare as versions do: 1.2.0-beta.1 < 1.2.0-beta.2 < 1.2.0 < 1.3.0. */
export function orderOf(version: string): number[] {
  const [release = '', preRelease] = version.split(/-(.*)/)
  const numbersIn = (text: string) => [...text.matchAll(/\d+/g)].map(Number)
  return [...numbersIn(release), ...(preRelease === undefined ? [1] : [0, ...numbersIn(preRelease)])]
}
