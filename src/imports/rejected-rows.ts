import { Readable } from 'node:stream'
import type { Db } from '../platform/db/database.ts'
import { csvRows, unescapeFormula } from '../platform/text/csv.ts'
import type { LockedImport } from './change-imports.ts'

/** Columns after those of the file, which an import leaves out. */
export const REJECTION_COLUMNS = ['Rejected line', 'Rejected column', 'Rejected reason']

const PAGE = 1_000

/** The rejected rows of an import, as a CSV file with the header of its file that can be imported again. */
export function rejectedRowsFile(
  db: Db,
  { id, site_id: siteId, header }: Pick<LockedImport, 'id' | 'site_id' | 'header'>,
): Readable {
  const columns = header.filter((column) => !REJECTION_COLUMNS.includes(column))
  async function* lines() {
    yield csvRows([[...columns, ...REJECTION_COLUMNS]])
    for (let after = 0; ; ) {
      const rows = await db
        .selectFrom('import_rows')
        .select(['position', 'line', 'cells', 'column_name', 'detail'])
        .where('import_id', '=', id)
        .where('site_id', '=', siteId)
        .where('status', '=', 'rejected')
        .where('position', '>', after)
        .orderBy('position')
        .limit(PAGE)
        .execute()
      if (rows.length === 0) return
      after = rows.at(-1)!.position
      const table = rows.map(({ line, cells, column_name, detail }) => [
        ...cellsOf(header, (cells ?? []) as string[], columns.length),
        String(line),
        column_name ?? '',
        detail ?? '',
      ])
      yield csvRows(table)
    }
  }
  return Readable.from(lines())
}

/** As they were, without those of an earlier rejection; a row can be shorter or longer than the header. */
const cellsOf = (header: string[], cells: string[], length: number): string[] => {
  const own = cells.filter((_, index) => !REJECTION_COLUMNS.includes(header[index] ?? ''))
  return [...own.map(unescapeFormula), ...Array<string>(Math.max(0, length - own.length)).fill('')]
}
