import { sql } from 'kysely'
import { writeNames } from '../../imports/reading/read-names.ts'
import { customFieldsOf } from '../../people/custom-fields/find-fields.ts'
import type { Db } from '../../platform/db/database.ts'
import { csvTime } from '../../platform/text/csv.ts'
import { CSV_PAGE, type CsvExport, type CsvPlace } from '../csv-export.ts'

/** Columns of Kajabi, in its order. */
const COLUMNS = [
  ...['Name', 'First Name', 'Last Name', 'Email', 'ID', 'Member ID', 'Products', 'Tags'],
  ...['Created At', 'Member Created At', 'Last Activity'],
]
/** Of the attributes of contacts, as Kajabi calls them. */
export const LINES = {
  phone_number: 'Phone Number',
  mobile_phone_number: 'Mobile Phone Number',
  address_line_1: 'Address',
  address_line_2: 'Address Line 2',
  address_city: 'City',
  address_state: 'State',
  address_country: 'Country',
  address_zip: 'Zip Code',
} as const
/** What Kajabi's file lacks, after everything that it has. */
const OURS = ['Business Number (business_number)', 'Subscribed (subscribed)']

interface ContactRow extends Record<keyof typeof LINES, string | null> {
  id: string
  name: string
  email: string
  subscribed: boolean
  business_number: string | null
  custom: Record<string, string>
  created_at: Date
  customer_id: string | null
  customer_created_at: Date | null
  last_request_at: Date | null
  products: string[]
  tags: string[]
}

/** The contacts of a site, with their tags and the products that they can open. */
export const contactsCsv: CsvExport = {
  of: 'contacts',
  async columns(db, siteId) {
    const fields = await customFieldsOf(db, [siteId])
    const lines = Object.entries(LINES).map(([handle, label]) => `${label} (${handle})`)
    return [...COLUMNS, ...lines, ...fields.map(({ title, handle }) => `${title} (${handle})`), ...OURS]
  },
  async page(db, place) {
    const handles = (await customFieldsOf(db, [place.siteId])).map(({ handle }) => handle)
    const rows = await readPage(db, place)
    return { rows: rows.map((row) => cellsOf(row, handles)), next: rows.at(-1)?.id ?? null }
  },
}

function cellsOf(row: ContactRow, handles: string[]): string[] {
  const [first = '', ...rest] = row.name.split(' ')
  return [
    ...[row.name, first, rest.join(' '), row.email, row.id, row.customer_id ?? ''],
    ...[writeNames(row.products), writeNames(row.tags)],
    ...[row.created_at, row.customer_created_at, row.last_request_at].map(csvTime),
    ...Object.keys(LINES).map((handle) => row[handle as keyof typeof LINES] ?? ''),
    ...handles.map((handle) => row.custom[handle] ?? ''),
    row.business_number ?? '',
    String(row.subscribed),
  ]
}

async function readPage(db: Db, { siteId, from, now }: CsvPlace): Promise<ContactRow[]> {
  const lines = sql.join(Object.keys(LINES).map((name) => sql`c.${sql.ref(name)}`))
  const { rows } = await sql<ContactRow>`
    select c.id, c.name, c.email, c.subscribed, c.business_number, c.custom, c.created_at, ${lines},
           u.id as customer_id, u.created_at as customer_created_at, u.last_request_at,
           array(select t.name from taggings g
                   join contact_tags t on t.id = g.tag_id and t.site_id = g.site_id and t.archived_at is null
                  where g.contact_id = c.id and g.site_id = c.site_id
                  order by lower(t.name) collate "C") as tags,
           array(select p.title from products p
                  where p.site_id = c.site_id and p.archived_at is null and p.id in (
                    select o.product_id from offer_products o
                     where o.site_id = c.site_id and o.offer_id in (
                       select h.offer_id from holdings h
                        where h.site_id = c.site_id and h.customer_id = u.id
                          and (h.expires_at is null or h.expires_at > ${now})))
                  order by lower(p.title) collate "C", p.id) as products
      from contacts c
      left join customers u on u.contact_id = c.id and u.site_id = c.site_id and u.deleted_at is null
     where c.site_id = ${siteId} and c.id > ${from ?? '0'} and c.deleted_at is null
     order by c.id limit ${CSV_PAGE}`.execute(db)
  return rows
}
