import { sql } from 'kysely'
import { customFieldsOf } from '../../people/custom-fields/find-fields.ts'
import type { Db } from '../../platform/db/database.ts'
import { csvTime } from '../../platform/text/csv.ts'
import { type CsvExport, nextSpan, type Span } from '../csv-export.ts'
import { LINES } from './contacts.ts'

const COLUMNS = ['Email', 'Name', 'Form ID', 'Form', 'Submitted At']
const HANDLES = [...Object.keys(LINES), 'business_number']

interface SubmissionRow {
  email: string
  name: string
  form_id: string
  form_title: string
  created_at: Date
  answers: Record<string, unknown>
}

/** What people have entered in the forms of a site, without what waits for its confirmation. */
export const formSubmissionsCsv: CsvExport = {
  of: 'form_submissions',
  async columns(db, siteId) {
    const fields = await customFieldsOf(db, [siteId])
    const lines = Object.entries({ ...LINES, business_number: 'Business Number' })
    return [
      ...COLUMNS,
      ...lines.map(([handle, label]) => `${label} (${handle})`),
      ...fields.map(({ title, handle }) => `${title} (${handle})`),
    ]
  },
  async page(db, place) {
    const { siteId } = place
    const times = sql`
      select created_at as at from form_submissions where site_id = ${siteId} and created_at > '-infinity'`
    const span = await nextSpan(db, times, place)
    if (span === null) return { rows: [], next: null }
    const custom = (await customFieldsOf(db, [siteId])).map(({ handle }) => handle)
    const rows = await readSpan(db, siteId, span)
    return { rows: rows.map((row) => cellsOf(row, [...HANDLES, ...custom])), next: span.to }
  },
}

const cellsOf = (row: SubmissionRow, handles: string[]): string[] => [
  ...[row.email, row.name, row.form_id, row.form_title, csvTime(row.created_at)],
  ...handles.map((handle) => String(row.answers[handle] ?? '')),
]

async function readSpan(db: Db, siteId: string, { from, to }: Span): Promise<SubmissionRow[]> {
  const { rows } = await sql<SubmissionRow>`
    select s.email, s.name, s.form_id, f.title as form_title, s.created_at, s.answers
      from form_submissions s
      join forms f on f.id = s.form_id and f.site_id = s.site_id
     where s.site_id = ${siteId} and s.created_at > '-infinity' and s.contact_id is not null
       and s.created_at >= ${from}::timestamptz and s.created_at < ${to}::timestamptz
     order by date_trunc('second', s.created_at), s.form_id, s.email collate "C", s.id`.execute(db)
  return rows
}
