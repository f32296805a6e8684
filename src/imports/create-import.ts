import type { Readable } from 'node:stream'
import type { LastingCaller } from '../accounts/still-may.ts'
import type { App } from '../platform/app.ts'
import { badRequest } from '../platform/jsonapi/errors.ts'
import { assertRequired, type ColumnFields, fieldsOf, withNamed } from './columns.ts'
import { noFindings } from './findings.ts'
import { assertForm } from './import-form.ts'
import type { ImportKind, ImportSettings } from './import-kind.ts'
import { importableOf } from './kinds.ts'
import { type CsvRow, readCsv } from './reading/read-csv.ts'
import { stageRows } from './stage-file.ts'

export interface NewImport {
  siteId: string
  kind: ImportKind
  fileName: string
  settings: ImportSettings
  /** Fields by column, for those that are not known by their names. */
  map: Record<string, string | null>
  isDryRun: boolean
  /** It waits to be started, and its columns can be changed. */
  isHeld: boolean
  source: 'api' | 'cli'
  actor: string
  /** Null: the operator of the server. */
  caller: LastingCaller | null
  /** Called with the number of rows that have been read. */
  progress?: (count: number) => void
}

/** Columns that a file can have. */
const MOST_COLUMNS = 500

/** An import whose file was stored, and which waits to be released or discarded. */
export interface ReceivedImport {
  id: string
  siteId: string
  isHeld: boolean
}

/**
 * Stores the rows of a file, to be imported by the workers: see process-imports.ts.
 *
 * @returns the id
 * @throws ApiError as receiveImport()
 */
export async function createImport(app: App, given: NewImport, content: Readable): Promise<string> {
  const received = await receiveImport(app, given, content)
  await releaseImport(app, received)
  return received.id
}

/**
 * Stores the rows of a file, as they arrive. Nothing is left of a file that cannot be read to its end.
 *
 * @throws ApiError 400 for what is not CSV, 422 for columns that are wrong, and a form that there is not
 */
export async function receiveImport(app: App, given: NewImport, content: Readable): Promise<ReceivedImport> {
  const { kind, siteId, map, isHeld } = given
  await assertForm(app.db, kind, siteId, given.settings.form_id, '/form_id')
  const importable = await importableOf(app.db, kind, siteId)
  const rows = readCsv(
    content,
    (header) => fieldsOf(header, importable).filter((field) => field !== null).length,
  )
  try {
    const header = await readHeader(rows)
    const fields = withNamed(header, fieldsOf(header, importable), map, importable, '/map')
    if (!isHeld) assertRequired(header, fields, importable, '/map')
    return await keepRows(app, given, { header, fields, rows })
  } finally {
    // Of a file that is refused, the rest is not read.
    await rows.return(undefined)
    content.destroy()
  }
}

/** Lets the workers begin an import, or whoever corrects its columns if it is held. */
export async function releaseImport(app: App, { id, siteId, isHeld }: ReceivedImport): Promise<void> {
  const now = app.clock.now()
  await app.db
    .updateTable('imports')
    .set({ status: isHeld ? 'ready' : 'pending', due_at: now, updated_at: now })
    .where('id', '=', id)
    .where('site_id', '=', siteId)
    .where('status', '=', 'receiving')
    .execute()
}

/** Removes an import that nobody has begun, with its rows. */
export async function discardImport({ db }: App, { siteId, id }: ReceivedImport): Promise<void> {
  await db.deleteFrom('import_rows').where('import_id', '=', id).where('site_id', '=', siteId).execute()
  await db.deleteFrom('imports').where('id', '=', id).where('site_id', '=', siteId).execute()
}

async function readHeader(rows: AsyncGenerator<CsvRow>): Promise<string[]> {
  const { value, done } = await rows.next()
  if (done) throw badRequest('empty_file', 'The file is empty: it needs a header, and rows below it.')
  const header = value.cells.map((cell) => cell.replaceAll('\0', '').toWellFormed().trim())
  while (header.at(-1) === '') header.pop()
  if (header.length > MOST_COLUMNS)
    throw badRequest('too_many_columns', `A file has at most ${MOST_COLUMNS} columns.`)
  return header
}

interface Read {
  header: string[]
  fields: ColumnFields
  rows: AsyncGenerator<CsvRow>
}

async function keepRows(app: App, given: NewImport, { header, fields, rows }: Read): Promise<ReceivedImport> {
  const { siteId, isHeld, progress } = given
  const received = { id: await announce(app, given, header, fields), siteId, isHeld }
  const person = fields.indexOf('email')
  const arrived = async (count: number) => {
    progress?.(count)
    await noteArrival(app, received)
  }
  try {
    const total = await stageRows(app, { siteId, importId: received.id }, rows, person, arrived)
    if (total === 0) throw badRequest('empty_file', 'The file has a header, and no rows below it.')
    await app.db
      .updateTable('imports')
      .set({ total })
      .where('id', '=', received.id)
      .where('site_id', '=', siteId)
      .execute()
    return received
  } catch (error) {
    await discardImport(app, received)
    throw error
  }
}

/** One whose file has not come on for an hour is removed: see clean-up.ts. */
async function noteArrival({ db, clock }: App, { id, siteId }: ReceivedImport): Promise<void> {
  await db
    .updateTable('imports')
    .set({ updated_at: clock.now() })
    .where('id', '=', id)
    .where('site_id', '=', siteId)
    .execute()
}

async function announce(
  { db, clock }: App,
  { siteId, kind, fileName, settings, isDryRun, source, actor, caller }: NewImport,
  header: string[],
  fields: ColumnFields,
): Promise<string> {
  const now = clock.now()
  const { id } = await db
    .insertInto('imports')
    .values({
      site_id: siteId,
      kind: kind.name,
      status: 'receiving',
      is_dry_run: isDryRun,
      file_name: fileName,
      header: JSON.stringify(header),
      fields: JSON.stringify(fields),
      settings: JSON.stringify(settings),
      findings: JSON.stringify(noFindings()),
      source,
      actor,
      caller: caller && JSON.stringify(caller),
      due_at: now,
      created_at: now,
      updated_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}
