import { sql } from 'kysely'
import type { LastingCaller } from '../accounts/still-may.ts'
import type { Tx } from '../platform/db/database.ts'
import type { Origin } from '../platform/events/events.ts'
import { ApiError } from '../platform/jsonapi/errors.ts'
import type { Row } from '../platform/jsonapi/resource.ts'
import { lockOne } from '../platform/records/lock-one.ts'
import { type JOB_STATUSES, jobRows } from './bulk-jobs.resource.ts'
import { finishJob } from './record-outcomes.ts'
import { FAILED } from './row-failure.ts'

export interface LockedJob extends Row {
  kind: string
  status: (typeof JOB_STATUSES)[number]
  settings: { create_contacts?: boolean }
  done: number
  total: number
  failed: number
  counts: Record<string, number>
}

/** Locks a job of the caller's sites, after the batch that is being processed. @throws ApiError 404 */
export const lockJob = (tx: Tx, siteIds: string[], id: string): Promise<LockedJob> =>
  lockOne<LockedJob>(tx, jobRows, siteIds, id)

/** Stops a job before its next batch; what its rows have done stays. @throws ApiError 409 when it has ended */
export async function cancelJob(tx: Tx, job: LockedJob, origin: Origin): Promise<void> {
  if (job.status === 'completed' || job.status === 'cancelled')
    throw new ApiError(409, 'job_ended', `The bulk job ${job.id} has ended: it is ${job.status}.`)
  await finishJob(
    tx,
    { id: job.id, siteId: job.site_id, origin },
    { status: 'cancelled', reason: 'cancelled' },
  )
}

/**
 * Makes the failed rows of a job pending, and continues one that was cancelled. Whoever retries it answers for it from
 * then on.
 *
 * @param caller null: the operator of the server
 * @throws ApiError 409 when every row has been done
 */
export async function retryJob(
  tx: Tx,
  { id, site_id: siteId, done, total, failed, counts }: LockedJob,
  caller: LastingCaller | null,
  { actor, requestId, now }: Origin,
): Promise<void> {
  if (failed === 0 && done >= total)
    throw new ApiError(409, 'nothing_to_retry', `No row of the bulk job ${id} has failed.`)
  await sql`
    update bulk_job_rows set status = 'pending', code = null, detail = null, done_at = null
     where job_id = ${id} and site_id = ${siteId} and status = ${FAILED}`.execute(tx)
  const { [FAILED]: _, ...others } = counts
  await tx
    .updateTable('bulk_jobs')
    .set({
      status: 'pending',
      reason: null,
      counts: JSON.stringify(others),
      failed: 0,
      done: done - failed,
      actor,
      request_id: requestId,
      caller: caller && JSON.stringify(caller),
      due_at: now,
      updated_at: now,
      finished_at: null,
    })
    .where('id', '=', id)
    .where('site_id', '=', siteId)
    .execute()
}
