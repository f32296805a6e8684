import { sql } from 'kysely'
import { customFieldRecords } from '../../../people/custom-fields/custom-fields.resource.ts'
import { allCustomFieldsOf } from '../../../people/custom-fields/find-fields.ts'
import type { FieldType } from '../../../people/custom-fields/value-types.ts'
import type { Tx } from '../../../platform/db/database.ts'
import { asOperator, createRecord } from '../../../platform/records/records.ts'
import { reserveIdsUpTo } from '../../../platform/records/reserve-id.ts'
import { isCustom, titleIn } from '../../columns.ts'
import { noteCreated } from '../../findings.ts'
import type { ImportContext, Plan } from '../../import-kind.ts'

/** What holds for all rows of a file of contacts. */
export interface ContactsPlan {
  /** Names that stand alone in a cell: they are no parts of longer ones. */
  tags_alone: string[]
  products_alone: string[]
  /** Custom fields that the file has and the site lacks. */
  custom_fields: { handle: string; title: string; type: FieldType }[]
}

const MOST_NAMES = 5_000

export async function prepareContacts(tx: Tx, context: ImportContext): Promise<Plan> {
  const missing = await missingFields(tx, context)
  for (const { title, handle } of missing)
    noteCreated(context.findings, 'custom_fields', `${title} (${handle})`)
  return {
    tags_alone: await namesAlone(tx, context, 'tags'),
    products_alone: await namesAlone(tx, context, 'products'),
    custom_fields: missing,
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

/** One whose values are long or have several lines is for paragraphs; the file says no more about its type. */
async function missingFields(
  tx: Tx,
  { id, siteId, fields, header }: ImportContext,
): Promise<ContactsPlan['custom_fields']> {
  const known = new Set((await allCustomFieldsOf(tx, [siteId])).map(({ handle }) => handle))
  const missing: ContactsPlan['custom_fields'] = []
  for (const [index, handle] of fields.entries()) {
    if (handle === null || !isCustom(handle) || known.has(handle)) continue
    const { rows } = await sql<{ is_long: boolean | null }>`
      select bool_or(length(btrim(cells ->> ${index}::int)) > 1000 or btrim(cells ->> ${index}::int, E' \\n\\r\\t') ~ '\\n')
             as is_long
        from import_rows where import_id = ${id} and site_id = ${siteId}`.execute(tx)
    const type = rows[0]?.is_long ? 'TextAreaField' : 'TextField'
    missing.push({ handle, title: titleIn(header[index]!) || handle, type })
  }
  return missing
}

/** Creates the missing custom fields, and keeps the ids of the file from being given to others meanwhile. */
export async function beginContacts(tx: Tx, context: ImportContext): Promise<void> {
  const { app, accountId, siteId, siteIds, plan } = context
  for (const attributes of (plan as unknown as ContactsPlan).custom_fields)
    await createRecord(asOperator(app, tx, accountId, siteIds), customFieldRecords, { siteId, attributes })
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
