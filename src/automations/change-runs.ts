/** What people do with a run: end it, or have it tried again. */
import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import { ApiError } from '../platform/jsonapi/errors.ts'
import { lockOne, type Rows } from '../platform/records/lock-one.ts'
import { automationRuns } from './automation-runs.resource.ts'
import type { Definition } from './parse-automation.ts'

/** A run that is locked for this transaction: no worker has claimed it. */
export interface LockedRun {
  siteId: string
  id: string
  status: string
  reason: string | null
  /** Of the version that it follows. */
  definition: Definition
  /** Why it could not go on; null: it could. */
  obstacle: string | null
  /** The end of the wait that is the step before the current one; null when that is another action. */
  waitsUntil: Date | null
}

const runs: Rows = { resource: automationRuns, table: 'automation_runs', ending: null, isExclusive: true }

/** @param siteIds the caller's @throws ApiError 404 */
export async function lockRun(tx: Tx, siteIds: string[], id: string): Promise<LockedRun> {
  const { site_id } = await lockOne(tx, runs, siteIds, id)
  const { rows } = await sql<LockedRun>`
    select r.site_id as "siteId", r.id, r.status, r.reason, v.definition,
           case when a.deleted_at is not null then 'its automation is deleted'
                when a.disabled_at is not null then 'its automation is disabled'
                when c.deleted_at is not null then 'its contact is deleted' end as obstacle,
           (s.detail ->> 'until')::timestamptz as "waitsUntil"
      from automation_runs r
      join automations a on a.id = r.automation_id and a.site_id = r.site_id
      join automation_versions v
        on v.automation_id = r.automation_id and v.version = r.version and v.site_id = r.site_id
      join contacts c on c.id = r.contact_id and c.site_id = r.site_id
      left join automation_run_steps s
        on s.run_id = r.id and s.site_id = r.site_id and s.position = r.step - 1 and s.action = 'wait'
     where r.id = ${id} and r.site_id = ${site_id}`.execute(tx)
  return rows[0]!
}

/**
 * Ends a run before its next step. What it has done stays done.
 *
 * @throws ApiError 409 when it has ended
 */
export async function cancelRun(tx: Tx, run: LockedRun, now: Date): Promise<void> {
  if (run.status !== 'active') throw conflict('run_ended', run, 'it has already ended, with the status')
  await tx
    .updateTable('automation_runs')
    .set({ status: 'stopped', reason: 'cancelled', due_at: null, ended_at: now })
    .where('id', '=', run.id)
    .where('site_id', '=', run.siteId)
    .execute()
}

/**
 * Retries the current step of a run that failed, was cancelled or is waiting for a retry: at once, or at the end of the
 * wait in which it was cancelled. Finished steps are not repeated, and conditions are not evaluated again.
 *
 * @throws ApiError 409
 */
export async function retryRun(tx: Tx, run: LockedRun, now: Date): Promise<void> {
  if (!['failed', 'cancelled', 'retry'].includes(run.reason ?? ''))
    throw conflict(
      'run_not_retriable',
      run,
      'only runs that failed, were cancelled or are waiting for a retry can be; its status is',
    )
  if (run.obstacle)
    throw new ApiError(409, 'run_not_retriable', `The run ${run.id} cannot be retried: ${run.obstacle}.`)
  const isWaiting = run.waitsUntil !== null && run.waitsUntil > now
  await tx
    .updateTable('automation_runs')
    .set({
      status: 'active',
      reason: isWaiting ? 'wait' : null,
      due_at: isWaiting ? run.waitsUntil : now,
      attempts: 0,
      error: null,
      ended_at: null,
    })
    .where('id', '=', run.id)
    .where('site_id', '=', run.siteId)
    .execute()
}

function conflict(code: string, { id, status, reason }: LockedRun, why: string): ApiError {
  const state = reason === null || reason === status ? status : `${status} (${reason})`
  const verb = code === 'run_ended' ? 'cancelled' : 'retried'
  return new ApiError(409, code, `The run ${id} cannot be ${verb}: ${why} ${state}.`)
}
