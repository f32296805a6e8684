import { sql } from 'kysely'
import { bulkJobRows } from '../bulk/bulk-job-rows.resource.ts'
import { bulkJobs } from '../bulk/bulk-jobs.resource.ts'
import type { Prediction } from '../bulk/predict-job.ts'
import type { FailedRows } from '../bulk/row-failure.ts'
import type { App } from '../platform/app.ts'
import { loadOne, loadPage } from '../platform/jsonapi/load.ts'
import { parseQuery } from '../platform/jsonapi/query.ts'
import type { Row } from '../platform/jsonapi/resource.ts'
import type { LoadScope } from '../platform/jsonapi/resources.ts'
import { type OutputOptions, print, table } from './output.ts'
import type { RowFile } from './row-file.ts'

/** A bulk job as the API shows it. @throws ApiError 404 */
export async function findJob(app: App, scope: LoadScope, id: string): Promise<Row> {
  const { primary } = await loadOne(app.db, bulkJobs, id, { fields: {}, include: {} }, scope)
  return primary.rows[0]!
}

/** The latest 100 bulk jobs. */
export async function latestJobs(app: App, scope: LoadScope): Promise<Row[]> {
  const query = parseQuery(bulkJobs, { 'page[size]': '100' }, scope)
  return (await loadPage(app.db, bulkJobs, query, scope)).primary.rows
}

/** The first 100 rows of a job that failed. */
async function failedRows(app: App, scope: LoadScope, id: string): Promise<Row[]> {
  const query = parseQuery(bulkJobRows, { 'filter[status]': 'failed', 'page[size]': '100' }, scope)
  query.filters.push({ where: sql`r.job_id = ${id}` })
  return (await loadPage(app.db, bulkJobRows, query, scope)).primary.rows
}

/** Prints a job, and its rows that failed. @param file where the rows came from, if it is known */
export async function printJob(
  app: App,
  scope: LoadScope,
  id: string,
  options: OutputOptions,
  file?: RowFile,
): Promise<void> {
  const job = await findJob(app, scope, id)
  const failed = await failedRows(app, scope, id)
  const shown = failed.map(({ position, email, rel_contact, code, detail }) => ({
    row: String(position),
    ...(file?.unit === 'line' && { line: String(file.places[Number(position) - 1]) }),
    contact: String(email ?? rel_contact ?? '-'),
    code: String(code),
    detail: String(detail),
  }))
  const counts = job.counts as Record<string, number>
  const result = {
    id,
    kind: job.kind,
    status: job.status,
    total: job.total,
    done: job.done,
    counts,
    failed: shown,
  }
  print(options, result, [
    `Bulk job ${id}: ${job.status}, ${job.done} of ${job.total} rows`,
    ...countLines(counts),
    ...(shown.length > 0 ? table(shown, '') : []),
  ])
}

/** Prints what a dry run of the rows of a file predicts. */
export function printPrediction(prediction: Prediction, file: RowFile, options: OutputOptions): void {
  const failures = prediction.failures.map((failed) => ({
    ...failed,
    ...(file.unit === 'line' && { lines: placesOf(failed, file) }),
  }))
  print(options, { dry_run: true, ...prediction, failures }, [
    ...countLines(prediction.counts),
    ...prediction.effects.map(({ sentence }) => sentence),
    ...prediction.failures.map((failed) => `${failed.sentence} (${listPlaces(failed, file)})`),
  ])
}

const placesOf = ({ positions }: FailedRows, { places }: RowFile): number[] =>
  positions.map((position) => places[position - 1]!)

/** As in "lines 3, 7, …". */
function listPlaces(failed: FailedRows, file: RowFile): string {
  const shown = placesOf(failed, file).slice(0, MOST_PLACES)
  const others = failed.rows > shown.length ? ', …' : ''
  return `${file.unit}${failed.rows === 1 ? '' : 's'} ${shown.join(', ')}${others}`
}

const MOST_PLACES = 10

/** A line for each status of rows. */
const countLines = (counts: Record<string, number>): string[] =>
  Object.entries(counts).map(([status, count]) => `${status.replaceAll('_', ' ')}: ${count}`)
