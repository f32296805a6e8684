import { type RawBuilder, sql } from 'kysely'
import { cleanSubmissions } from '../forms/clean-submissions.ts'
import type { App } from '../platform/app.ts'
import type { Queue } from '../platform/queue/queue.ts'

/** As much at once as a statement can remove in its time. */
const BATCH = 5_000

/**
 * Removes what nobody can ask for any more: Idempotency-Keys after 24 hours, sign-ins that have ended, counts of
 * attempts and of e-mails whose time is over, links 30 days after they were used or ran out, challenges of passkeys, submissions of forms that nobody confirmed, checkouts that were not paid, secrets that sign no more;
 * bulk jobs and imports that have finished long ago, and files that were cut off; and from each queue what is older than its retention period.
 *
 * @returns how many rows went; there may be more
 */
export async function cleanUp(app: App, queues: Queue[]): Promise<number> {
  const now = sql`${app.clock.now()}::timestamptz`
  const bulkEnd = sql`${now} - make_interval(days => ${app.config.KEEP_BULK_JOBS_DAYS})`
  const work: Record<string, () => Promise<number>> = {
    idempotency_keys: removal(app, 'idempotency_keys', sql`created_at < ${now} - interval '24 hours'`),
    token_families: removal(app, 'token_families', sql`expires_at < ${now}`),
    member_sessions: removal(app, 'member_sessions', sql`expires_at < ${now}`),
    attempts: removal(app, 'attempts', sql`ends_at < ${now}`),
    member_links: removal(app, 'member_links', sql`least(used_at, expires_at) < ${now} - interval '30 days'`),
    user_links: removal(app, 'user_links', sql`least(used_at, expires_at) < ${now} - interval '30 days'`),
    spent_challenges: removal(app, 'spent_challenges', sql`expires_at < ${now}`),
    hook_secrets: removal(app, 'hook_secrets', sql`signs_until < ${now}`),
    form_submissions: () => cleanSubmissions(app),
    checkouts: removal(
      app,
      'checkouts',
      sql`state in ('expired', 'failed') and updated_at < ${now} - interval '30 days'`,
    ),
    bulk_job_rows: removal(
      app,
      'bulk_job_rows',
      sql`job_id in (select id from bulk_jobs where finished_at < ${bulkEnd})`,
    ),
    bulk_jobs: removal(
      app,
      'bulk_jobs',
      sql`finished_at < ${bulkEnd} and not exists (select from bulk_job_rows r where r.job_id = bulk_jobs.id)`,
    ),
    import_rows: removal(
      app,
      'import_rows',
      sql`import_id in (select id from imports where ${isOldImport(now, bulkEnd)})`,
    ),
    imports: removal(
      app,
      'imports',
      sql`${isOldImport(now, bulkEnd)} and not exists (select from import_rows r where r.import_id = imports.id)`,
    ),
    email_budgets: removal(app, 'email_budgets', sql`hour < ${now} - interval '24 hours'`),
  }
  for (const { table, clean } of queues) if (clean) work[table] = () => clean(app)
  let count = 0
  for (const [table, remove] of Object.entries(work)) {
    try {
      count += await remove()
    } catch (error) {
      // One table that cannot be cleaned now is no reason to leave the others.
      app.log.warn({ err: error, table }, 'not cleaned up, will be tried again')
    }
  }
  return count
}

/** One that has finished, or waits to be started, long ago; or whose file has not come on: its process was killed. */
const isOldImport = (now: RawBuilder<unknown>, end: RawBuilder<unknown>) => sql`(
  finished_at < ${end} or (status = 'ready' and updated_at < ${end})
  or (status = 'receiving' and updated_at < ${now} - interval '1 hour'))`

function removal({ db }: App, table: string, isEnded: RawBuilder<unknown>): () => Promise<number> {
  const rows = sql.table(table)
  return async () => {
    const { numAffectedRows } =
      await sql`delete from ${rows} where ctid in (select ctid from ${rows} where ${isEnded} limit ${BATCH})`.execute(
        db,
      )
    return Number(numAffectedRows ?? 0)
  }
}
