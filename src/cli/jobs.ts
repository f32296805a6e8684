import { type Command, Option } from 'commander'
import { findWork, retryFailedWork, WORK_KINDS, type Work, type WorkKind } from '../operations/failed-work.ts'
import { type OutputOptions, print, subcommand, table } from './output.ts'
import { withApp } from './with-app.ts'

/** Of each kind. */
const MOST_LISTED = 100

interface ListOptions extends OutputOptions {
  failed?: boolean
  kind?: WorkKind
}

interface RetryOptions extends OutputOptions {
  all?: boolean
  kind?: WorkKind
}

const KIND_OPTION = () => new Option('--kind <kind>', 'only this kind of job').choices(WORK_KINDS)

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
    .action(retryWork)
}

async function list({ json, failed = false, kind }: ListOptions): Promise<void> {
  const found = await withApp('jobs list', ({ db }) =>
    findWork(db, { kinds: kind && [kind], onlyFailed: failed, most: MOST_LISTED }),
  )
  print({ json }, found, table(found.map(rowOf), failed ? 'No failed jobs.' : 'No pending or failed jobs.'))
}

const rowOf = ({ kind, id, what, isFailed, attempts, due_at, error }: Work) => ({
  job: `${kind}:${id}`,
  what,
  state: isFailed ? 'failed' : 'pending',
  attempts: String(attempts),
  due: due_at?.toISOString() ?? '-',
  error: (error ?? '-').split('\n')[0]!.slice(0, 100),
})

async function retryWork(work: string | undefined, { json, all, kind }: RetryOptions): Promise<void> {
  const wanted = wantedOf(work, all, kind)
  const retried = await withApp('jobs retry', async (app) => {
    const counts: Partial<Record<WorkKind, number>> = {}
    for (const one of wanted.kinds) counts[one] = await retryFailedWork(app, one, wanted.id)
    return counts
  })
  const count = Object.values(retried).reduce((sum, one) => sum + one, 0)
  if (wanted.id !== null && count === 0) {
    throw new Error(`There is no failed job ${work}, or it is a delivery to a disabled hook.`)
  }
  print({ json }, retried, `${count} ${count === 1 ? 'job' : 'jobs'} queued for retry.`)
}

function wantedOf(
  work: string | undefined,
  all: boolean | undefined,
  kind: WorkKind | undefined,
): { kinds: readonly WorkKind[]; id: string | null } {
  if (work === undefined) {
    if (!all) throw new Error('Name the job to retry, for example email:42, or use --all.')
    return { kinds: kind ? [kind] : WORK_KINDS, id: null }
  }
  const [named, id] = work.split(/:(.*)/) as [string, string?]
  if (all || kind || !id || !WORK_KINDS.includes(named as WorkKind)) {
    throw new Error(
      `Name one job, for example email:42, where the kind is one of ${WORK_KINDS.join(', ')}; or use --all.`,
    )
  }
  return { kinds: [named as WorkKind], id }
}
