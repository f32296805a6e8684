import type { Db } from '../platform/db/database.ts'
import { csvRows } from '../platform/text/csv.ts'

/** A CSV file of a site. */
export interface CsvExport {
  /** The header. */
  columns: (db: Db, siteId: string) => Promise<string[]>
  /**
   * The rows after an id, in the order of ids.
   *
   * @returns the id of each, and its cells in the order of the columns
   */
  page: (db: Db, page: CsvPage) => Promise<{ id: string; cells: string[] }[]>
}

export interface CsvPage {
  siteId: string
  after: string
  size: number
  now: Date
}

const PAGE = 1_000

/** The text of a CSV file, a page of rows at a time. */
export async function* writeCsv(
  db: Db,
  { columns, page }: CsvExport,
  { siteId, now }: { siteId: string; now: Date },
): AsyncGenerator<string> {
  yield csvRows([await columns(db, siteId)])
  for (let after = '0'; ; ) {
    const rows = await page(db, { siteId, after, size: PAGE, now })
    if (rows.length === 0) return
    after = rows.at(-1)!.id
    yield csvRows(rows.map(({ cells }) => cells))
  }
}
