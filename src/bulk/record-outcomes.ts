import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import type { RowOutcome } from './bulk-kind.ts'
import type { ClaimedJob } from './claim-rows.ts'
import { FAILED } from './row-failure.ts'

export interface ProcessedRow extends RowOutcome {
  id: string
  /** The contact that the row was found to be about. */
  contactId: string | null
}

/** Records what became of rows of a job, in the transaction in which it happened. */
export async function recordOutcomes(tx: Tx, job: ClaimedJob, processed: ProcessedRow[]): Promise<void> {
  const { siteId, id, total, origin } = job
  const list = processed.map(({ contactId: contact_id, ...row }) => ({ ...row, contact_id }))
  await sql`
    update bulk_job_rows r
       set status = o.status, code = o.code, detail = o.detail, result = o.result, done_at = ${origin.now},
           contact_id = coalesce(o.contact_id, r.contact_id)
      from jsonb_to_recordset(${JSON.stringify(list)}::jsonb)
           o (id bigint, status text, code text, detail text, result jsonb, contact_id bigint)
     where r.id = o.id and r.site_id = ${siteId}`.execute(tx)
  for (const { status } of processed) job.counts[status] = (job.counts[status] ?? 0) + 1
  job.done += processed.length
  const isLast = job.done >= total
  await sql`
    update bulk_jobs
       set counts = ${JSON.stringify(job.counts)}::jsonb, done = ${job.done}, failed = ${job.counts[FAILED] ?? 0},
           status = ${isLast ? 'completed' : 'running'}, started_at = coalesce(started_at, ${origin.now}),
           finished_at = ${isLast ? origin.now : null}, updated_at = ${origin.now}, due_at = ${origin.now}
     where id = ${id} and site_id = ${siteId}`.execute(tx)
}

/** Ends a job that is locked; rows that are pending stay so. */
export async function finishJob(
  tx: Tx,
  { id, siteId, origin: { now } }: Pick<ClaimedJob, 'id' | 'siteId' | 'origin'>,
  {
    status,
    reason = null,
  }: { status: 'completed' | 'cancelled'; reason?: 'cancelled' | 'permission_lost' | null },
): Promise<void> {
  await tx
    .updateTable('bulk_jobs')
    .set({ status, reason, finished_at: now, updated_at: now })
    .where('id', '=', id)
    .where('site_id', '=', siteId)
    .execute()
}
