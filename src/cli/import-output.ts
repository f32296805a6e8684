import { sql } from 'kysely'
import type { Findings } from '../imports/findings.ts'
import { importRows } from '../imports/import-rows.resource.ts'
import { imports } from '../imports/imports.resource.ts'
import type { App } from '../platform/app.ts'
import { loadOne, loadPage } from '../platform/jsonapi/load.ts'
import { parseQuery } from '../platform/jsonapi/query.ts'
import type { LoadScope } from '../platform/jsonapi/resources.ts'
import { type OutputOptions, print, table } from './output.ts'

/** An import as the API shows it. */
export interface ShownImport {
  kind: string
  status: string
  reason: string | null
  dry_run: boolean
  file_name: string
  columns: { column: string; field: string | null; examples: string[] }[]
  findings: Findings
  total: number
  done: number
  rejected: number
  counts: Record<string, number>
}

/** @throws ApiError 404 */
export async function findImport(app: App, scope: LoadScope, id: string): Promise<ShownImport> {
  const { primary } = await loadOne(app.db, imports, id, { fields: {}, include: {} }, scope)
  return primary.rows[0] as unknown as ShownImport
}

/** Prints an import, what it noticed, and its first hundred rows that were rejected. @param file of all that were rejected */
export async function printImport(
  app: App,
  scope: LoadScope,
  id: string,
  options: OutputOptions,
  file?: string,
): Promise<void> {
  const job = await findImport(app, scope, id)
  const rejected = await rejectedRows(app, scope, id)
  const { kind, status, reason, dry_run, total, done, counts, findings, columns } = job
  const left_out = columns.filter(({ field }) => field === null).map(({ column }) => column)
  const result = {
    id,
    kind,
    status,
    reason,
    dry_run,
    total,
    done,
    counts,
    findings,
    columns_left_out: left_out,
  }
  print(options, { ...result, rejected, rejected_file: file ?? null }, [
    `Import ${id}${dry_run ? ' (dry run, nothing was changed)' : ''}: ${status}${reason ? ` (${reason})` : ''}, ${done} of ${total} rows`,
    ...Object.entries(counts).map(([name, count]) => `${name}: ${count}`),
    ...(left_out.length > 0 ? [`columns left out: ${left_out.join(', ')}`] : []),
    ...linesOf(findings),
    ...(rejected.length > 0 ? table(rejected, '') : []),
    ...(file ? [`Rejected rows, to be corrected and imported again: ${file}`] : []),
  ])
}

async function rejectedRows(app: App, scope: LoadScope, id: string) {
  const query = parseQuery(importRows, { 'filter[status]': 'rejected', 'page[size]': '100' }, scope)
  query.filters.push({ where: sql`r.import_id = ${id}` })
  const { primary } = await loadPage(app.db, importRows, query, scope)
  return primary.rows.map(({ line, column, detail }) => ({
    line: String(line),
    column: String(column ?? '-'),
    reason: String(detail),
  }))
}

const linesOf = ({ created, ambiguous, left_out, problem }: Findings): string[] => [
  ...(problem ? [problem] : []),
  ...Object.entries(created).map(
    ([type, names]) => `${type.replaceAll('_', ' ')} created: ${names.map((name) => `"${name}"`).join(', ')}`,
  ),
  ...ambiguous.map(
    ({ column, cell, reading, rows }) => `${column}, ${rowsInWords(rows)}: "${cell}" was read as ${reading}`,
  ),
  ...left_out.map(
    ({ column, reason, rows, lines }) =>
      `${column}, left out in ${rowsInWords(rows)} (lines ${lines.join(', ')}${rows > lines.length ? ', …' : ''}): ${reason}`,
  ),
]

const rowsInWords = (count: number) => (count === 1 ? '1 row' : `${count.toLocaleString('en')} rows`)
