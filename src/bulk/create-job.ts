import { type RawBuilder, sql } from 'kysely'
import type { LastingCaller } from '../accounts/still-may.ts'
import type { Tx } from '../platform/db/database.ts'
import { unprocessable } from '../platform/jsonapi/errors.ts'
import type { BulkContext, BulkKind, Settings } from './bulk-kind.ts'
import type { GivenRow } from './read-rows.ts'

export const MOST_ROWS = 10_000
export const MOST_MATCHING = 100_000

/** Whom a job is about: rows, or the contacts that a query selects now. */
export type Subjects = { rows: GivenRow[] } | { filter: object; matching: RawBuilder<unknown> }

export interface NewJob extends BulkContext {
  settings: Settings
  subjects: Subjects
  /** Null: the operator of the server. */
  caller: LastingCaller | null
}

/**
 * Stores a job that has been read and checked, to be processed by the workers: see process-jobs.ts.
 *
 * @returns its id
 * @throws ApiError 422 when more contacts match than a job may have
 */
export async function createJob(
  tx: Tx,
  { name: kind }: BulkKind,
  { siteId, source, origin, settings, subjects, caller }: NewJob,
): Promise<string> {
  const { actor, requestId: request_id, now } = origin
  const { id } = await tx
    .insertInto('bulk_jobs')
    .values({
      site_id: siteId,
      kind,
      status: 'pending',
      settings: JSON.stringify(settings),
      filter: 'filter' in subjects ? JSON.stringify(subjects.filter) : null,
      source,
      actor,
      request_id,
      caller: caller && JSON.stringify(caller),
      total: 0,
      due_at: now,
      created_at: now,
      updated_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const total =
    'rows' in subjects
      ? await insertRows(tx, siteId, id, subjects.rows)
      : await insertMatching(tx, siteId, id, subjects.matching)
  await sql`
    update bulk_jobs
       set total = ${total}, status = ${total === 0 ? 'completed' : 'pending'},
           started_at = ${total === 0 ? now : null}, finished_at = ${total === 0 ? now : null}
     where id = ${id} and site_id = ${siteId}`.execute(tx)
  return id
}

async function insertRows(tx: Tx, siteId: string, jobId: string, rows: GivenRow[]): Promise<number> {
  const list = rows.map(({ contactId: contact_id, ...row }, index) => ({
    ...row,
    contact_id,
    position: index + 1,
  }))
  await sql`
    insert into bulk_job_rows (site_id, job_id, position, contact_id, email, name, settings)
    select ${siteId}, ${jobId}, w.position, w.contact_id, w.email, w.name, w.settings
      from jsonb_to_recordset(${JSON.stringify(list)}::jsonb)
           w (position integer, contact_id bigint, email text, name text, settings jsonb)
     order by w.position`.execute(tx)
  return rows.length
}

async function insertMatching(
  tx: Tx,
  siteId: string,
  jobId: string,
  matching: RawBuilder<unknown>,
): Promise<number> {
  const { numAffectedRows } = await sql`
    insert into bulk_job_rows (site_id, job_id, position, contact_id)
    select ${siteId}, ${jobId}, row_number() over (order by m.id), m.id
      from (${matching} limit ${MOST_MATCHING + 1}) m
     order by m.id`.execute(tx)
  const count = Number(numAffectedRows ?? 0)
  if (count <= MOST_MATCHING) return count
  throw unprocessable(
    'too_many',
    `More than ${MOST_MATCHING.toLocaleString('en')} contacts match. Narrow the filter, and send several jobs`,
    '/data/attributes/filter',
  )
}
