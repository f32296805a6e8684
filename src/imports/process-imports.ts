import { sql } from 'kysely'
import type { App } from '../platform/app.ts'
import { inRolledBackSavepoint, inTransaction, type Tx, withSavepoint } from '../platform/db/database.ts'
import { withoutReactions } from '../platform/events/without-reactions.ts'
import { ApiError } from '../platform/jsonapi/errors.ts'
import { processBatch } from '../platform/queue/process-batch.ts'
import type { BackgroundTask } from '../platform/queue/queue.ts'
import { type ClaimedImport, type ClaimedPerson, claimImport, claimPeople } from './claim-people.ts'
import { createFields, missingFields, resolveColumns } from './custom-columns.ts'
import type { ImportRow, RowOutcome } from './import-kind.ts'
import { finishImport, recordOutcomes } from './record-outcomes.ts'
import { noteRepeated } from './repeated-columns.ts'
import { RowProblem, rejection } from './row-problem.ts'

/** People of a batch. More would block requests about the same contacts for longer, and is hardly cheaper. */
const BATCH = 500

/** Rows of imports, so many of one import in a transaction. */
export const importTask: BackgroundTask = {
  name: 'imports',
  everyMs: 500,
  wakesOthers: true,
  run: processImports,
  schedule: { table: 'imports', isOpen: sql`status in ('pending', 'running')`, dueAt: 'due_at' },
}

/**
 * Begins the next import that waits, or processes the next batch of one that runs. A row takes effect in the
 * transaction that records its outcome, so that an import which is interrupted continues where it was. A row that
 * fails does not block the others.
 *
 * @returns number of people, or of imports that were begun
 */
export async function processImports(app: App): Promise<number> {
  if (await inTransaction(app.db, (tx) => beginNext(tx, app))) return 1
  return processBatch<ClaimedPerson, void>(app, {
    what: 'rows of an import',
    size: BATCH,
    claim: (tx, limit) => claimPeople(tx, app, limit),
    process: processPeople,
    recordFailure: (tx, person, error) => recordFailure(tx, person, error),
    committed: () => app.onEvents(),
  })
}

/** Finds out what holds for all rows of the next import, and which rows are about the same person. */
async function beginNext(tx: Tx, app: App): Promise<boolean> {
  const job = await claimImport(tx, app, 'pending')
  if (job === null) return false
  const { id, siteId, kind, isDryRun, origin } = job
  await sql`
    update import_rows r set leader = f.position
      from (select person, min(position) as position from import_rows
             where import_id = ${id} and site_id = ${siteId} and person is not null
             group by person having count(*) > 1) f
     where r.import_id = ${id} and r.site_id = ${siteId} and r.person = f.person and r.position <> f.position
       and r.leader is distinct from f.position`.execute(tx)
  // A dry run sees what the import would do to what there is now, and the import to what there is then.
  const problem = await withSavepoint<ApiError | null>(
    tx,
    async () => {
      job.fields = await resolveColumns(tx, job)
      await noteRepeated(tx, job)
      job.missingFields = kind.hasCustomFields ? await missingFields(tx, job) : []
      const plan = await kind.prepare?.(tx, job)
      job.plan = { ...plan, fields: job.fields, missing_fields: job.missingFields }
      if (isDryRun) return null
      await createFields(tx, job, job.missingFields)
      await kind.begin?.(tx, job)
      return null
    },
    async (error) => {
      if (error instanceof ApiError) return error
      throw error
    },
  )
  if (problem) {
    job.findings.problem = problem.message
    await finishImport(tx, job, { status: 'cancelled', reason: 'failed' })
    return true
  }
  await sql`
    update imports
       set status = 'running', started_at = coalesce(started_at, ${origin.now}), updated_at = ${origin.now},
           due_at = ${origin.now}, plan = ${JSON.stringify(job.plan)}::jsonb,
           fields = case when ${isDryRun} then fields else ${JSON.stringify(job.fields)}::jsonb end,
           findings = ${JSON.stringify(job.findings)}::jsonb
     where id = ${id} and site_id = ${siteId}`.execute(tx)
  return true
}

/** Imports the rows about some people, and records their outcomes: both, or neither. */
async function processPeople(tx: Tx, people: ClaimedPerson[]): Promise<void> {
  const { job } = people[0]!
  const all = people.map(({ rows }) => rows)
  const groups = all.map((rows) => rows.filter(({ hasExtraCells }) => !hasExtraCells))
  const sound = groups.filter(({ length }) => length > 0)
  const outcomes = new Map(tooLong(all.flat()))
  const perform = () => job.kind.perform(tx, job, sound)
  if (sound.length > 0) for (const [id, one] of await performAs(tx, job, perform)) outcomes.set(id, one)
  await recordOutcomes(tx, job, outcomes)
}

const tooLong = (rows: ImportRow[]) =>
  rows.filter(({ hasExtraCells }) => hasExtraCells).map(({ id }) => [id, TOO_LONG] as const)

const TOO_LONG = rejection(
  new RowProblem(
    null,
    'too_many_cells',
    'The row has more cells than the header. A value with the separator in it must be in quotes, as in "Paris, France".',
  ),
  null,
)

function performAs(
  tx: Tx,
  job: ClaimedImport,
  perform: () => Promise<Map<string, RowOutcome>>,
): Promise<Map<string, RowOutcome>> {
  if (job.isDryRun) return inRolledBackSavepoint(tx, perform)
  return job.settings.notify ? perform() : withoutReactions(tx, job.origin.now, perform)
}

async function recordFailure(tx: Tx, { rows, job }: ClaimedPerson, error: Error): Promise<void> {
  if (!(error instanceof ApiError))
    job.app.log.error({ err: error, import: job.id, line: rows[0]!.line }, 'a row of an import failed')
  const { code, message } =
    error instanceof ApiError
      ? error
      : {
          code: 'internal_error',
          message: 'An unexpected error occurred, and nothing was changed. It is logged.',
        }
  const outcomes = rows.map(({ id }) => [id, { status: 'rejected', code, detail: message } as const] as const)
  await recordOutcomes(tx, job, new Map(outcomes))
}
