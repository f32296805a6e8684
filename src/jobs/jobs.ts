/** pg-boss, and how its jobs are run. Which queues there are stands in background.ts. */
import type pg from 'pg'
import { type JobResult, PgBoss } from 'pg-boss'
import type { App } from '../app.ts'
import { queues } from '../background.ts'
import type { Jobs, Queue } from './queue.ts'

/** Batches of a queue that a process works at the same time. */
const BATCHES = 2
/** How often to look for jobs whose worker has died. */
export const SUPERVISE_SECONDS = 10

/** pg-boss on the application's own connections. */
export function createJobs(
  pool: pg.Pool,
  options: { supervise: boolean; onError: (error: Error) => void },
): Jobs {
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values as unknown[]) },
    supervise: options.supervise,
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
    schedule: false,
    registerInstance: false,
  })
  boss.on('error', options.onError)
  return boss
}

/** Makes the queues, or brings their options up to date. Part of migrating. */
export async function prepareJobs(jobs: Jobs): Promise<void> {
  for (const { name, options } of queues) {
    await jobs.createQueue(name, options)
    await jobs.updateQueue(name, options)
  }
}

/** All that is fetched is run at once: the time of a job begins when it is fetched. */
const batchSize = (app: App, { atOnce }: Queue<never>) => Math.floor(atOnce(app) / BATCHES)

/** Begins to work the queues in this process. Returns what wakes it at once when there is something new. */
export async function startWorking(app: App, jobs: Jobs): Promise<() => void> {
  const options = {
    localConcurrency: BATCHES,
    pollingIntervalSeconds: 0.5,
    burstWhenBatchFull: true,
    includeMetadata: true,
    perJobResults: true,
  } as const
  const workers: string[] = []
  for (const queue of queues) {
    workers.push(
      await jobs.work<object, unknown, typeof options & { batchSize: number }>(
        queue.name,
        { ...options, batchSize: batchSize(app, queue) },
        (batch) => runBatch(app, queue, batch),
      ),
    )
  }
  return () => {
    for (const id of workers) jobs.notifyWorker(id)
  }
}

/** Runs, in this process, jobs that are due. Returns how many there were. */
export async function runDueJobs(app: App, jobs: Jobs): Promise<number> {
  let count = 0
  for (const queue of queues) {
    const batch = await jobs.fetch<object>(queue.name, {
      batchSize: batchSize(app, queue),
      includeMetadata: true,
    })
    for (const { id, status, output } of await runBatch(app, queue, batch)) {
      if (status === 'completed') await jobs.complete(queue.name, id)
      else await jobs.fail(queue.name, id, output as object)
    }
    count += batch.length
  }
  return count
}

interface QueuedJob {
  id: string
  data: object
  retryCount: number
  retryLimit: number
}

const runBatch = (app: App, queue: Queue<never>, batch: QueuedJob[]): Promise<JobResult[]> =>
  Promise.all(batch.map((job) => runJob(app, queue, job)))

async function runJob(
  app: App,
  queue: Queue<never>,
  { id, data, retryCount, retryLimit }: QueuedJob,
): Promise<JobResult> {
  try {
    await queue.run(app, data as never, retryCount >= retryLimit)
    return { id, status: 'completed' }
  } catch (error) {
    app.log.warn({ queue: queue.name, job: data, err: error }, 'job failed, will be tried again')
    return { id, status: 'failed', output: { message: (error as Error).message } }
  }
}
