/** What people do with a run: end it, or have it tried again. */
import { sql } from 'kysely'
import { anyOf, type Tx } from '../platform/db/database.ts'
import { ApiError, notFound } from '../platform/jsonapi/errors.ts'
import { isId } from '../platform/jsonapi/identifiers.ts'
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
}

/** @param siteIds the caller's @throws ApiError 404 */
export async function lockRun(tx: Tx, siteIds: string[], id: string): Promise<LockedRun> {
  if (!isId(id)) throw notFound(`There is no automation run with the id ${id}.`)
  const { rows } = await sql<LockedRun>`
    with locked as materialized (
      select * from automation_runs where id = ${id} and site_id = ${anyOf(siteIds)} for update
    )
    select r.site_id as "siteId", r.id, r.status, r.reason, v.definition,
           case when a.deleted_at is not null then 'its automation is deleted'
                when a.disabled_at is not null then 'its automation is disabled'
                when c.deleted_at is not null then 'its contact is deleted' end as obstacle
      from locked r
      join automations a on a.id = r.automation_id and a.site_id = r.site_id
      join automation_versions v
        on v.automation_id = r.automation_id and v.version = r.version and v.site_id = r.site_id
      join contacts c on c.id = r.contact_id and c.site_id = r.site_id`.execute(tx)
  if (!rows[0]) throw notFound(`There is no automation run with the id ${id}.`)
  return rows[0]
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
 * Has the step at which a run stands tried again, at once: of one that failed, that was cancelled, or that waits for
 * another attempt. Steps before it are not taken again, and conditions not looked at again.
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
  await tx
    .updateTable('automation_runs')
    .set({ status: 'active', reason: null, due_at: now, attempts: 0, error: null, ended_at: null })
    .where('id', '=', run.id)
    .where('site_id', '=', run.siteId)
    .execute()
}

function conflict(code: string, { id, status, reason }: LockedRun, why: string): ApiError {
  const state = reason === null || reason === status ? status : `${status} (${reason})`
  const verb = code === 'run_ended' ? 'cancelled' : 'retried'
  return new ApiError(409, code, `The run ${id} cannot be ${verb}: ${why} ${state}.`)
}
