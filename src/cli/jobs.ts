import { type Command, Option } from 'commander'
import { queues } from '../background.ts'
import { findJobs, type Job, retryJobs } from '../platform/queue/jobs.ts'
import type { Queue } from '../platform/queue/queue.ts'
import { type OutputOptions, print, subcommand, table } from './output.ts'
import { withApp } from './with-app.ts'

/** Of each kind. */
const MOST_LISTED = 100

interface ListOptions extends OutputOptions {
  failed?: boolean
  kind?: string
}

interface RetryOptions extends OutputOptions {
  all?: boolean
  kind?: string
}

const KINDS = queues.map(({ kind }) => kind)

const KIND_OPTION = () => new Option('--kind <kind>', 'only this kind of job').choices(KINDS)

/** All queues, or that of a kind. */
const queuesOf = (kind?: string) => queues.filter((queue) => kind === undefined || queue.kind === kind)

export function jobCommands(program: Command): void {
  const command = program
    .command('jobs')
    .description('background jobs: e-mails, automation runs, webhook deliveries, events')
  subcommand(command, 'list', `list pending and failed jobs, the latest ${MOST_LISTED} of each kind`)
    .option('--failed', 'only failed jobs')
    .addOption(KIND_OPTION())
    .action(list)
  subcommand(command, 'retry [job]', 'retry a failed job, for example email:42')
    .option('--all', 'all failed jobs')
    .addOption(KIND_OPTION())
    .action(retryJob)
}

async function list({ json, failed = false, kind }: ListOptions): Promise<void> {
  const found = await withApp('jobs list', ({ db }) =>
    findJobs(db, queuesOf(kind), { onlyFailed: failed, most: MOST_LISTED }),
  )
  print({ json }, found, table(found.map(rowOf), failed ? 'No failed jobs.' : 'No pending or failed jobs.'))
}

const rowOf = ({ kind, id, what, isFailed, attempts, due_at, error }: Job) => ({
  job: `${kind}:${id}`,
  what,
  state: isFailed ? 'failed' : 'pending',
  attempts: String(attempts),
  due: due_at?.toISOString() ?? '-',
  error: (error ?? '-').split('\n')[0]!.slice(0, 100),
})

async function retryJob(job: string | undefined, { json, all, kind }: RetryOptions): Promise<void> {
  const wanted = wantedOf(job, all, kind)
  const retried = await withApp('jobs retry', async (app) => {
    const counts: Record<string, number> = {}
    for (const queue of wanted.queues) counts[queue.kind] = await retryJobs(app, queue, wanted.id)
    return counts
  })
  const count = Object.values(retried).reduce((sum, one) => sum + one, 0)
  if (wanted.id !== null && count === 0) {
    throw new Error(`There is no failed job ${job}, or it is a delivery to a disabled hook.`)
  }
  print({ json }, retried, `${count} ${count === 1 ? 'job' : 'jobs'} queued for retry.`)
}

function wantedOf(
  job: string | undefined,
  all: boolean | undefined,
  kind: string | undefined,
): { queues: Queue[]; id: string | null } {
  if (job === undefined) {
    if (!all) throw new Error('Name the job to retry, for example email:42, or use --all.')
    return { queues: queuesOf(kind), id: null }
  }
  const [named, id] = job.split(/:(.*)/) as [string, string?]
  if (all || kind || !id || !KINDS.includes(named)) {
    throw new Error(
      `Name one job, for example email:42, where the kind is one of ${KINDS.join(', ')}; or use --all.`,
    )
  }
  return { queues: queuesOf(named), id }
}
