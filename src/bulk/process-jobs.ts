import { sql } from 'kysely'
import type { App } from '../platform/app.ts'
import type { Tx } from '../platform/db/database.ts'
import { processBatch } from '../platform/queue/process-batch.ts'
import type { BackgroundTask } from '../platform/queue/queue.ts'
import { type ClaimedRow, claimRows } from './claim-rows.ts'
import { outcomeOfError, performRows } from './perform-rows.ts'
import { type ProcessedRow, recordOutcomes } from './record-outcomes.ts'

/** More would block requests about the same contacts for longer, and is hardly cheaper per row. */
const BATCH = 200

/** Rows of bulk jobs, so many of one job in a transaction. */
export const bulkTask: BackgroundTask = {
  name: 'bulk jobs',
  everyMs: 500,
  wakesOthers: true,
  run: processJobs,
  schedule: { table: 'bulk_jobs', isOpen: sql`status in ('pending', 'running')`, dueAt: 'due_at' },
}

/**
 * Processes the next batch of rows of a job. A row takes effect in the transaction that records its outcome, so that a
 * job which is interrupted continues where it was, with each row once. A row that fails does not block the others.
 *
 * @returns number of rows
 */
export function processJobs(app: App): Promise<number> {
  return processBatch<ClaimedRow, ProcessedRow[]>(app, {
    what: 'rows of a bulk job',
    size: BATCH,
    claim: (tx, limit) => claimRows(tx, app.clock.now(), limit),
    process: processRows,
    recordFailure: (tx, row, error) => recordFailure(app, tx, row, error),
    committed(_, processed) {
      app.metrics.grants.inc(countGranted(processed))
      app.onEvents()
    },
  })
}

/** Does what rows of one job say, and records their outcomes: both, or neither. */
async function processRows(tx: Tx, rows: ClaimedRow[]): Promise<ProcessedRow[]> {
  const processed = await performRows(tx, rows)
  await recordOutcomes(tx, rows[0]!.job, processed)
  return processed
}

async function recordFailure(app: App, tx: Tx, row: ClaimedRow, error: Error): Promise<ProcessedRow[]> {
  const { id, contactId, job } = row
  const { outcome, isKnown } = outcomeOfError(job.kind, error)
  if (!isKnown) app.log.error({ err: error, job: job.id, row: id }, 'a row of a bulk job failed')
  const processed = [{ id, contactId, ...outcome }]
  await recordOutcomes(tx, job, processed)
  return processed
}

const countGranted = (processed: ProcessedRow[]): number =>
  processed
    .flatMap(({ result }) => (result as { offers?: { status: string }[] } | undefined)?.offers ?? [])
    .filter(({ status }) => status === 'granted').length
