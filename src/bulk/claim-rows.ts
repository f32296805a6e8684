import { sql } from 'kysely'
import { type LastingCaller, stillMay } from '../accounts/still-may.ts'
import type { Tx } from '../platform/db/database.ts'
import type { BulkContext, BulkKind, Settings } from './bulk-kind.ts'
import { needsOf } from './job-permissions.ts'
import { kindNamed } from './kinds.ts'
import type { GivenRow } from './read-rows.ts'
import { finishJob } from './record-outcomes.ts'

/** A job that is locked. */
export interface ClaimedJob extends BulkContext {
  id: string
  kind: BulkKind
  settings: Settings
  createsContacts: boolean
  total: number
  done: number
  counts: Record<string, number>
}

/** A row that is locked, with its job. */
export interface ClaimedRow extends Pick<GivenRow, 'contactId' | 'email' | 'name'> {
  id: string
  settings: Settings
  job: ClaimedJob
}

interface JobRow {
  id: string
  site_id: string
  kind: string
  settings: Settings & { create_contacts?: boolean }
  source: 'api' | 'cli'
  actor: string
  request_id: string | null
  caller: LastingCaller | null
  total: number
  done: number
  counts: Record<string, number>
}

/**
 * Claims the next rows of the job whose latest batch is longest ago, until the transaction ends. Jobs that others work
 * on are skipped, and those whose caller has lost its permission are cancelled.
 *
 * @returns none when no job is left
 */
export async function claimRows(tx: Tx, now: Date, limit: number): Promise<ClaimedRow[]> {
  for (;;) {
    const job = await lockNextJob(tx)
    if (!job) return []
    const claimed = jobOf(job, now)
    if (job.caller && !(await stillMay(tx, job.caller, needsOf(claimed.kind, claimed.createsContacts)))) {
      await finishJob(tx, claimed, { status: 'cancelled', reason: 'permission_lost' })
      continue
    }
    const rows = await lockRows(tx, claimed, limit)
    if (rows.length > 0) return rows
    await finishJob(tx, claimed, { status: 'completed' })
  }
}

async function lockNextJob(tx: Tx): Promise<JobRow | undefined> {
  const { rows } = await sql<JobRow>`
    select id, site_id, kind, settings, source, actor, request_id, caller, total, done, counts from bulk_jobs
     where status in ('pending', 'running')
     order by due_at limit 1 for no key update skip locked`.execute(tx)
  return rows[0]
}

function jobOf(row: JobRow, now: Date): ClaimedJob {
  const { id, site_id: siteId, source, actor, request_id: requestId, total, done, counts } = row
  const { create_contacts: createsContacts = false, ...settings } = row.settings
  const origin = { actor, requestId, now }
  return {
    id,
    siteId,
    kind: kindNamed(row.kind),
    source,
    origin,
    settings,
    createsContacts,
    total,
    done,
    counts,
  }
}

/** Rows are locked before the contacts they are about, as by whoever erases one: see personal-data.ts. */
async function lockRows(tx: Tx, job: ClaimedJob, limit: number): Promise<ClaimedRow[]> {
  const { rows } = await sql<Omit<ClaimedRow, 'settings' | 'job'> & { settings: Settings | null }>`
    select id, contact_id as "contactId", email, name, settings from bulk_job_rows
     where job_id = ${job.id} and site_id = ${job.siteId} and status = 'pending'
     order by id limit ${limit} for no key update`.execute(tx)
  return rows.map((row) => ({ ...row, settings: row.settings ?? job.settings, job }))
}
