import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import type { ClaimedImport } from './claim-people.ts'
import { repeatedColumns } from './columns.ts'
import { noteLeftOut } from './findings.ts'
import { importableOf } from './kinds.ts'

/** Notes the cells of columns that are left out because a column before them has their field, where they differ from it. */
export async function noteRepeated(tx: Tx, job: ClaimedImport): Promise<void> {
  const { id, siteId, kind, header, fields, findings } = job
  for (const { index, first } of repeatedColumns(header, fields, await importableOf(tx, kind, siteId))) {
    const { rows } = await sql<{ line: number }>`
      select line from import_rows
       where import_id = ${id} and site_id = ${siteId} and btrim(cells ->> ${index}::int) <> ''
         and btrim(cells ->> ${index}::int) is distinct from btrim(cells ->> ${first}::int)
       order by position`.execute(tx)
    const reason = `The column ${first + 1}, "${header[first]}", is ${fields[first]} already`
    for (const { line } of rows) noteLeftOut(findings, header[index]!, reason, line)
  }
}
