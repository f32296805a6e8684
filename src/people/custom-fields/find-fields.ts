import { anyOf, type Db, type Tx } from '../../platform/db/database.ts'
import { type FieldType, optionsIn } from './value-types.ts'

/** A field that a site has defined for its contacts. */
export interface CustomField {
  id: string
  siteId: string
  /** The name of the attribute: `custom_7`. */
  handle: string
  title: string
  type: FieldType
  /** On forms; requests may leave it out. */
  required: boolean
  /** Of a type that has a list to choose from. */
  options: string[]
}

/** The name of the attribute of a custom field: `custom_7`. */
export const handleOf = (number: number) => `custom_${number}`

/** The first handle that is not taken. */
export function freeHandle(taken: ReadonlySet<string | null>): string {
  let number = 1
  while (taken.has(handleOf(number))) number += 1
  return handleOf(number)
}

export const numberOf = (handle: string): number => Number(handle.slice('custom_'.length))

/** The custom fields of these sites, in the order of their numbers, without those that are archived. */
export const customFieldsOf = (db: Db | Tx, siteIds: string[]): Promise<CustomField[]> =>
  find(db, siteIds, false)

/** Those that are archived, too: contacts keep their values. */
export const allCustomFieldsOf = (db: Db | Tx, siteIds: string[]): Promise<CustomField[]> =>
  find(db, siteIds, true)

async function find(db: Db | Tx, siteIds: string[], withArchived: boolean): Promise<CustomField[]> {
  const rows = await db
    .selectFrom('custom_fields')
    .select(['id', 'site_id', 'number', 'title', 'type', 'required', 'select_options'])
    .where('site_id', '=', anyOf(siteIds))
    .$if(!withArchived, (query) => query.where('archived_at', 'is', null))
    .orderBy('number')
    .execute()
  return rows.map(({ id, site_id, number, title, type, required, select_options }) => ({
    id,
    siteId: site_id,
    handle: handleOf(number),
    title,
    type: type as FieldType,
    required,
    options: optionsIn(select_options),
  }))
}
