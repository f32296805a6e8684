import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { App } from '../app.ts'
import { inTransaction, type Tx } from '../db/database.ts'
import { enqueue, type Jobs } from '../jobs/queue.ts'
import { emailQueue } from './email-queue.ts'
import type { EmailId } from './send-email.ts'

const BATCH = 500
const OLD_MS = 5 * 60_000

/**
 * Puts e-mails back into the queue that wait without a job: it was deleted after its time, or its worker died in
 * the last attempt. Those whose worker died in another attempt are tried at once. Any number of processes may do
 * this at once.
 *
 * @returns how many there were
 */
export async function requeueEmails(app: App, jobs: Jobs): Promise<number> {
  return inTransaction(app.db, async (tx) => {
    if (!(await isAlone(tx))) return 0
    await hasten(tx, app.clock.now())
    const forgotten = await claimForgotten(tx, new Date(app.clock.now().getTime() - OLD_MS))
    if (forgotten.length === 0) return 0
    const list = forgotten.map((data) => ({ id: randomUUID(), data }))
    await sql`
      update emails e set job_id = job.id
        from unnest(${list.map(({ data }) => data.siteId)}::bigint[], ${list.map(({ data }) => data.id)}::bigint[],
                    ${list.map(({ id }) => id)}::uuid[]) as job (site_id, email_id, id)
       where e.site_id = job.site_id and e.id = job.email_id`.execute(tx)
    await enqueue(jobs, tx, emailQueue, list)
    app.log.warn({ count: list.length }, 'e-mails that had no job any more are queued again')
    return list.length
  })
}

/** What nobody has in hand any more, though nobody let go of it, need not wait as what has failed does. */
async function hasten(tx: Tx, now: Date): Promise<void> {
  await sql`
    update pgboss.job j set start_after = now()
      from emails e
     where e.status = 'pending' and e.sending_until < ${now}
       and j.name = ${emailQueue.name} and j.id = e.job_id and j.state = 'retry' and j.start_after > now()`.execute(
    tx,
  )
}

/** Locking the e-mails is not enough: who waited for a lock does not see the jobs that were added meanwhile. */
async function isAlone(tx: Tx): Promise<boolean> {
  const { rows } = await sql<{ alone: boolean }>`
    select pg_try_advisory_xact_lock(hashtext('bestow requeue')) as alone`.execute(tx)
  return rows[0]!.alone
}

/** By the index of e-mails that wait, and the primary key of jobs. */
async function claimForgotten(tx: Tx, before: Date): Promise<EmailId[]> {
  const { rows } = await sql<EmailId>`
    select e.site_id as "siteId", e.id
      from emails e
     where e.status = 'pending' and e.created_at < ${before}
       and not exists (select from pgboss.job j
                        where j.name = ${emailQueue.name} and j.id = e.job_id
                          and j.state in ('created', 'retry', 'active'))
     order by e.id limit ${BATCH}
       for update of e skip locked`.execute(tx)
  return rows
}
