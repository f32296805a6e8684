/** Columns of a file that are custom fields, also of such as the site lacks. */
import { sql } from 'kysely'
import { customFieldRecords } from '../people/custom-fields/custom-fields.resource.ts'
import {
  allCustomFieldsOf,
  type CustomField,
  customFieldsOf,
  freeHandle,
} from '../people/custom-fields/find-fields.ts'
import type { FieldType } from '../people/custom-fields/value-types.ts'
import type { Tx } from '../platform/db/database.ts'
import { asOperator, createRecord } from '../platform/records/records.ts'
import { type ColumnFields, isCustom, NEW_CUSTOM_FIELD, plain, titleIn } from './columns.ts'
import { noteCreated } from './findings.ts'
import type { ImportContext } from './import-kind.ts'

/** A custom field that a file has and the site lacks. */
export interface MissingField {
  handle: string
  title: string
  type: FieldType
}

/**
 * Decides which custom field each column has that is a new one: the field of the site with the title of the column, so
 * that a file which is imported again creates no second one; otherwise the handle in its header, or the next that is free.
 */
export async function resolveColumns(
  tx: Tx,
  { siteId, header, fields }: Pick<ImportContext, 'siteId' | 'header' | 'fields'>,
): Promise<ColumnFields> {
  if (!fields.includes(NEW_CUSTOM_FIELD)) return fields
  const own = await customFieldsOf(tx, [siteId])
  const used = new Set((await allCustomFieldsOf(tx, [siteId])).map(({ handle }) => handle))
  const resolved = [...fields]
  for (const [index, field] of fields.entries())
    if (field === NEW_CUSTOM_FIELD) {
      const free = own.filter(({ handle }) => !resolved.includes(handle))
      resolved[index] =
        fieldTitled(free, titleIn(header[index]!)) ?? freeHandle(new Set([...used, ...resolved]))
    }
  return resolved
}

function fieldTitled(fields: CustomField[], title: string): string | null {
  const found =
    fields.find((field) => field.title === title) ??
    fields.find((field) => plain(field.title) === plain(title))
  return found?.handle ?? null
}

/** One whose values are long or have several lines is for paragraphs; the file says no more about its type. */
export async function missingFields(
  tx: Tx,
  { id, siteId, fields, header, findings }: ImportContext,
): Promise<MissingField[]> {
  const known = new Set((await allCustomFieldsOf(tx, [siteId])).map(({ handle }) => handle))
  const missing: MissingField[] = []
  for (const [index, handle] of fields.entries()) {
    if (handle === null || !isCustom(handle) || known.has(handle)) continue
    const { rows } = await sql<{ is_long: boolean | null }>`
      select bool_or(length(btrim(cells ->> ${index}::int)) > 1000 or btrim(cells ->> ${index}::int, E' \\n\\r\\t') ~ '\\n')
             as is_long
        from import_rows where import_id = ${id} and site_id = ${siteId}`.execute(tx)
    const type = rows[0]?.is_long ? 'TextAreaField' : 'TextField'
    const title = titleIn(header[index]!) || handle
    missing.push({ handle, title, type })
    noteCreated(findings, 'custom_fields', `${title} (${handle})`)
  }
  return missing
}

export async function createFields(
  tx: Tx,
  { app, accountId, siteId, siteIds }: ImportContext,
  missing: MissingField[],
): Promise<void> {
  for (const attributes of missing)
    await createRecord(asOperator(app, tx, accountId, siteIds), customFieldRecords, {
      siteId,
      attributes: { ...attributes },
    })
}
