import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../platform/db/database.ts'
import { csvRows } from '../platform/text/csv.ts'

/** A CSV file of a site. */
export interface CsvExport {
  /** The type of the resources that it shows, and whose permission it takes. */
  of: string
  /** The header. */
  columns: (db: Db, siteId: string) => Promise<string[]>
  /** The cells of some rows, in the order of the columns. */
  page: (db: Db, place: CsvPlace) => Promise<CsvPage>
}

export interface CsvPlace {
  siteId: string
  /** Where the page begins; null: it is the first. */
  from: string | null
  now: Date
}

export interface CsvPage {
  rows: string[][]
  /** Where the next page begins; null: this is the last. */
  next: string | null
}

/** Rows of a page. */
export const CSV_PAGE = 1_000

/** The text of a CSV file, a page of rows at a time. */
export async function* writeCsv(
  db: Db,
  { columns, page }: CsvExport,
  { siteId, now }: { siteId: string; now: Date },
): AsyncGenerator<string> {
  yield csvRows([await columns(db, siteId)])
  for (let from: string | null = null; ; ) {
    const { rows, next } = await page(db, { siteId, from, now })
    if (rows.length > 0) yield csvRows(rows)
    if (next === null) return
    from = next
  }
}

/** The times of a page: from one to before another. */
export interface Span {
  from: string
  to: string
}

/**
 * The next times of a file whose rows are in the order of time; null: there are no more. A span has whole seconds, as
 * the file has them: within one, rows are in the order of what names them, so that a file that was imported and is
 * exported again has the same order.
 *
 * @param times a query for the times of all rows, as `at`
 */
export async function nextSpan(
  db: Db,
  times: RawBuilder<unknown>,
  { from }: Pick<CsvPlace, 'from'>,
): Promise<Span | null> {
  const begin = from ?? '-infinity'
  const { rows } = await sql<{ to: string | null }>`
    select (date_trunc('second', max(at)) + interval '1 second')::text as to
      from (select at from (${times}) t where at >= ${begin}::timestamptz order by at limit ${CSV_PAGE}) page`.execute(
    db,
  )
  const { to } = rows[0]!
  return to === null ? null : { from: begin, to }
}
