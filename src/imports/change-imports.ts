import { sql } from 'kysely'
import type { LastingCaller } from '../accounts/still-may.ts'
import type { Tx } from '../platform/db/database.ts'
import { ApiError } from '../platform/jsonapi/errors.ts'
import type { Row } from '../platform/jsonapi/resource.ts'
import { lockOne } from '../platform/records/lock-one.ts'
import { assertRequired, type ColumnFields, withNamed } from './columns.ts'
import { noFindings } from './findings.ts'
import { assertForm } from './import-form.ts'
import type { ImportSettings } from './import-kind.ts'
import { type IMPORT_STATUSES, importRecords } from './imports.resource.ts'
import { importableOf, kindNamed } from './kinds.ts'
import { finishImport } from './record-outcomes.ts'

export interface LockedImport extends Row {
  kind: string
  status: (typeof IMPORT_STATUSES)[number]
  is_dry_run: boolean
  /** Rows of the file; 0 until it was received to its end. */
  total: number
  header: string[]
  fields: ColumnFields
  settings: ImportSettings
}

/** Locks an import of the caller's sites, after the batch that is being processed. @throws ApiError 404 */
export const lockImport = (tx: Tx, siteIds: string[], id: string): Promise<LockedImport> =>
  lockOne<LockedImport>(tx, importRecords, siteIds, id)

/** Stops an import before its next batch; what its rows have done stays. @throws ApiError 409 when it has ended */
export async function cancelImport(tx: Tx, job: LockedImport, now: Date): Promise<void> {
  if (job.status === 'completed' || job.status === 'cancelled')
    throw new ApiError(409, 'import_ended', `The import ${job.id} has ended: it is ${job.status}.`)
  await finishImport(
    tx,
    { id: job.id, siteId: job.site_id, origin: { now } },
    { status: 'cancelled', reason: 'cancelled' },
  )
}

/** Whether its columns and settings can be changed, and it can be started: it has changed nothing yet. */
const isOpen = ({ status, is_dry_run }: LockedImport): boolean =>
  status === 'ready' || (is_dry_run && (status === 'completed' || status === 'cancelled'))

/**
 * Changes which fields the columns of an import are imported into, and its settings.
 *
 * @param map fields by column; columns that it does not name stay
 * @throws ApiError 409 when it was started, 422 for columns and fields that there are not
 */
export async function changeImport(
  tx: Tx,
  job: LockedImport,
  { map, settings }: { map: Record<string, string | null>; settings: Partial<ImportSettings> },
  now: Date,
): Promise<void> {
  if (!isOpen(job))
    throw new ApiError(
      409,
      'import_started',
      `The import ${job.id} is ${job.status}: only one that waits, or whose dry run has ended, can be changed.`,
    )
  const { id, site_id: siteId, header } = job
  if (settings.form_id !== undefined)
    await assertForm(tx, kindNamed(job.kind), siteId, settings.form_id, '/data/attributes/settings/form_id')
  const importable = await importableOf(tx, kindNamed(job.kind), siteId)
  const fields = withNamed(header, job.fields, map, importable, '/data/attributes/map')
  await tx
    .updateTable('imports')
    .set({
      fields: JSON.stringify(fields),
      settings: JSON.stringify({ ...job.settings, ...settings }),
      updated_at: now,
    })
    .where('id', '=', id)
    .where('site_id', '=', siteId)
    .execute()
  const person = fields.indexOf('email')
  if (person === job.fields.indexOf('email')) return
  await sql`
    update import_rows set leader = null, person = nullif(left(lower(btrim(cells ->> ${person}::int)), 255), '')
     where import_id = ${id} and site_id = ${siteId}`.execute(tx)
}

/**
 * Starts an import that waits, or whose dry run has ended, or continues one that was cancelled. Whoever starts it
 * answers for it from then on.
 *
 * @param caller null: the operator of the server
 * @throws ApiError 409 when it was started, or its file was cut off; 422 when a column is missing
 */
export async function startImport(
  tx: Tx,
  job: LockedImport,
  starting: { isDryRun: boolean; caller: LastingCaller | null; actor: string; now: Date },
): Promise<void> {
  const { id, site_id: siteId, header, fields } = job
  const { isDryRun, caller, actor, now } = starting
  const continues = job.status === 'cancelled' && !job.is_dry_run && !isDryRun
  if (!isOpen(job) && !continues)
    throw new ApiError(409, 'import_started', `The import ${id} was started before: it is ${job.status}.`)
  if (job.total === 0)
    throw new ApiError(
      409,
      'import_incomplete',
      `The file of the import ${id} was not received to its end. Import the file again.`,
    )
  assertRequired(header, fields, await importableOf(tx, kindNamed(job.kind), siteId), '/data/attributes/map')
  if (!continues) await forgetOutcomes(tx, job)
  await tx
    .updateTable('imports')
    .set({
      status: 'pending',
      reason: null,
      is_dry_run: isDryRun,
      caller: caller && JSON.stringify(caller),
      actor,
      due_at: now,
      updated_at: now,
      finished_at: null,
    })
    .where('id', '=', id)
    .where('site_id', '=', siteId)
    .execute()
}

/** Of a dry run. */
async function forgetOutcomes(tx: Tx, { id, site_id: siteId }: LockedImport): Promise<void> {
  await sql`
    update import_rows
       set status = 'pending', code = null, column_name = null, detail = null, result = null, contact_id = null,
           done_at = null
     where import_id = ${id} and site_id = ${siteId} and status <> 'pending'`.execute(tx)
  await tx
    .updateTable('imports')
    .set({
      counts: '{}',
      findings: JSON.stringify(noFindings()),
      plan: '{}',
      done: 0,
      rejected: 0,
      started_at: null,
    })
    .where('id', '=', id)
    .where('site_id', '=', siteId)
    .execute()
}
