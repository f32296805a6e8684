import { type Command, Option } from 'commander'
import { findWork, redrive, WORK_KINDS, type Work, type WorkKind } from '../operations/failed-work.ts'
import { type OutputOptions, print, subcommand, table } from './output.ts'
import { withApp } from './with-app.ts'

/** Of each kind. */
const MOST_LISTED = 100

interface ListOptions extends OutputOptions {
  failed?: boolean
  kind?: WorkKind
}

interface RedriveOptions extends OutputOptions {
  all?: boolean
  kind?: WorkKind
}

const KIND_OPTION = () => new Option('--kind <kind>', 'of one kind').choices(WORK_KINDS)

export function jobCommands(program: Command): void {
  const command = program
    .command('jobs')
    .description('what happens by itself: e-mails, runs of automations, webhook deliveries, events')
  subcommand(command, 'list', `list what waits or has failed, the latest ${MOST_LISTED} of each kind`)
    .option('--failed', 'only what has failed')
    .addOption(KIND_OPTION())
    .action(list)
  subcommand(command, 'redrive [work]', 'have failed work, as in email:42, tried again')
    .option('--all', 'all that has failed')
    .addOption(KIND_OPTION())
    .action(redriveWork)
}

async function list({ json, failed = false, kind }: ListOptions): Promise<void> {
  const found = await withApp('jobs list', ({ db }) =>
    findWork(db, { kinds: kind && [kind], onlyFailed: failed, most: MOST_LISTED }),
  )
  print({ json }, found, table(found.map(rowOf), failed ? 'Nothing has failed.' : 'Nothing waits.'))
}

const rowOf = ({ kind, id, what, isFailed, attempts, due_at, error }: Work) => ({
  work: `${kind}:${id}`,
  what,
  state: isFailed ? 'failed' : 'waits',
  attempts: String(attempts),
  due: due_at?.toISOString() ?? '-',
  error: (error ?? '-').split('\n')[0]!.slice(0, 100),
})

async function redriveWork(work: string | undefined, { json, all, kind }: RedriveOptions): Promise<void> {
  const wanted = wantedOf(work, all, kind)
  const redriven = await withApp('jobs redrive', async (app) => {
    const counts: Partial<Record<WorkKind, number>> = {}
    for (const one of wanted.kinds) counts[one] = await redrive(app, one, wanted.id)
    return counts
  })
  const count = Object.values(redriven).reduce((sum, one) => sum + one, 0)
  if (wanted.id !== null && count === 0) {
    throw new Error(`There is no failed ${work}, or it is a delivery to a hook that is disabled.`)
  }
  print({ json }, redriven, `${count} to be tried again.`)
}

function wantedOf(
  work: string | undefined,
  all: boolean | undefined,
  kind: WorkKind | undefined,
): { kinds: readonly WorkKind[]; id: string | null } {
  if (work === undefined) {
    if (!all) throw new Error('Say what to redrive, as in email:42, or --all.')
    return { kinds: kind ? [kind] : WORK_KINDS, id: null }
  }
  const [named, id] = work.split(/:(.*)/) as [string, string?]
  if (all || kind || !id || !WORK_KINDS.includes(named as WorkKind)) {
    throw new Error(`Say one thing, as in email:42, with a kind of ${WORK_KINDS.join(', ')}; or --all.`)
  }
  return { kinds: [named as WorkKind], id }
}
