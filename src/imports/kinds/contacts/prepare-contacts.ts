import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/database.ts'
import { reserveIdsUpTo } from '../../../platform/records/reserve-id.ts'
import type { ImportContext, Plan } from '../../import-kind.ts'

/** What holds for all rows of a file of contacts. */
export interface ContactsPlan {
  /** Names that stand alone in a cell: they are no parts of longer ones. */
  tags_alone: string[]
  products_alone: string[]
}

const MOST_NAMES = 5_000

export async function prepareContacts(tx: Tx, context: ImportContext): Promise<Plan> {
  return {
    tags_alone: await namesAlone(tx, context, 'tags'),
    products_alone: await namesAlone(tx, context, 'products'),
  }
}

async function namesAlone(tx: Tx, { id, siteId, fields }: ImportContext, field: string): Promise<string[]> {
  const index = fields.indexOf(field)
  if (index < 0) return []
  const { rows } = await sql<{ name: string }>`
    select distinct cells ->> ${index}::int as name from import_rows
     where import_id = ${id} and site_id = ${siteId} and cells ->> ${index}::int not in ('')
       and cells ->> ${index}::int !~ ',\\s'
     limit ${MOST_NAMES}`.execute(tx)
  return rows.map(({ name }) => name)
}

/** Keeps the ids of the file from being given to others meanwhile. */
export async function beginContacts(tx: Tx, context: ImportContext): Promise<void> {
  await reserveIdsUpTo(tx, 'contacts', await largestId(tx, context, 'id'))
  await reserveIdsUpTo(tx, 'customers', await largestId(tx, context, 'customer_id'))
}

async function largestId(
  tx: Tx,
  { id, siteId, fields }: ImportContext,
  field: string,
): Promise<string | null> {
  const index = fields.indexOf(field)
  if (index < 0) return null
  const { rows } = await sql<{ largest: string | null }>`
    select max((btrim(cells ->> ${index}::int))::bigint) as largest from import_rows
     where import_id = ${id} and site_id = ${siteId} and btrim(cells ->> ${index}::int) ~ '^[1-9][0-9]{0,11}$'`.execute(
    tx,
  )
  return rows[0]!.largest
}
