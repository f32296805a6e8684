/** What happens in the background: pg-boss, its queues, and how the jobs of each are run. */
import { fromKysely, type JobResult, PgBoss } from 'pg-boss'
import type pg from 'pg'
import type { App } from '../app.ts'
import type { Tx } from '../db/database.ts'
import { type EmailId, sendEmail } from '../emails/send-email.ts'

export type Jobs = PgBoss

const EMAILS = 'emails'

/** E-mails are tried for about two days: after 30 s, then ever more rarely, at least every six hours. */
const EMAIL_QUEUE = {
  retryLimit: 18,
  retryDelay: 30,
  retryBackoff: true,
  retryDelayMax: 6 * 3600,
  // A worker that dies holds its jobs for this long.
  expireInSeconds: 60,
  deleteAfterSeconds: 24 * 3600,
  retentionSeconds: 14 * 24 * 3600,
}

const BATCH = 20

/** pg-boss on the application's own connections. */
export function createJobs(
  pool: pg.Pool,
  options: { supervise: boolean; onError: (error: Error) => void },
): Jobs {
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values as unknown[]) },
    supervise: options.supervise,
    schedule: false,
    registerInstance: false,
  })
  boss.on('error', options.onError)
  return boss
}

/** Makes or updates the tables of pg-boss, and the queues. Part of migrating. */
export async function prepareJobs(jobs: Jobs): Promise<void> {
  await jobs.createQueue(EMAILS, EMAIL_QUEUE)
  await jobs.updateQueue(EMAILS, EMAIL_QUEUE)
}

/** Adds a job for each e-mail, in the transaction that added the e-mails. */
export async function enqueueEmails(
  jobs: Jobs,
  tx: Tx,
  emails: { site_id: string; id: string }[],
): Promise<void> {
  if (emails.length === 0) return
  const data = emails.map(({ site_id, id }) => ({ data: { siteId: site_id, id } satisfies EmailId }))
  await jobs.insert(EMAILS, data, { db: fromKysely(tx) })
}

/** Begins to work the queues of this process. Returns what wakes it at once when there is something new. */
export async function startWorking(app: App, jobs: Jobs): Promise<() => void> {
  const options = {
    batchSize: BATCH,
    localConcurrency: 2,
    pollingIntervalSeconds: 0.5,
    burstWhenBatchFull: true,
    includeMetadata: true,
    perJobResults: true,
  } as const
  const id = await jobs.work<EmailId, unknown, typeof options>(EMAILS, options, (batch) =>
    runBatch(app, batch),
  )
  return () => jobs.notifyWorker(id)
}

/** Runs, in this process, the jobs that are due. Returns how many there were. */
export async function runDueJobs(app: App, jobs: Jobs): Promise<number> {
  const batch = await jobs.fetch<EmailId>(EMAILS, { batchSize: BATCH, includeMetadata: true })
  for (const { id, status, output } of await runBatch(app, batch)) {
    if (status === 'completed') await jobs.complete(EMAILS, id)
    else await jobs.fail(EMAILS, id, output as object)
  }
  return batch.length
}

interface EmailJob {
  id: string
  data: EmailId
  retryCount: number
  retryLimit: number
}

async function runBatch(app: App, batch: EmailJob[]): Promise<JobResult[]> {
  return Promise.all(
    batch.map(async ({ id, data, retryCount, retryLimit }): Promise<JobResult> => {
      try {
        await sendEmail(app, data, retryCount >= retryLimit)
        return { id, status: 'completed' }
      } catch (error) {
        app.log.warn({ email: data, err: error }, 'e-mail not sent, will be tried again')
        return { id, status: 'failed', output: { message: (error as Error).message } }
      }
    }),
  )
}
