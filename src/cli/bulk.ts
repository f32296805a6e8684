import { setTimeout as sleep } from 'node:timers/promises'
import { type Command, Option } from 'commander'
import type { BulkKind } from '../bulk/bulk-kind.ts'
import { cancelJob, lockJob, retryJob } from '../bulk/change-jobs.ts'
import { createJob } from '../bulk/create-job.ts'
import { bulkKinds } from '../bulk/kinds.ts'
import { predictJob } from '../bulk/predict-job.ts'
import { processJobs } from '../bulk/process-jobs.ts'
import { readJob } from '../bulk/read-job.ts'
import { countEffects } from '../dry-runs/count-effects.ts'
import { RENEWALS } from '../grants/change-offers.ts'
import type { App } from '../platform/app.ts'
import type { BulkKindName } from '../platform/auth/permissions.ts'
import { inTransaction, type Tx } from '../platform/db/database.ts'
import { inDryRun } from '../platform/events/dry-run.ts'
import type { Origin } from '../platform/events/events.ts'
import type { LoadScope } from '../platform/jsonapi/resources.ts'
import { findJob, latestJobs, printJob, printPrediction } from './bulk-output.ts'
import { type OutputOptions, print, subcommand, table } from './output.ts'
import { drawProgress } from './progress.ts'
import { mistakesInFile, readRowFile } from './row-file.ts'
import { ACCOUNT_OPTION, chooseSite, findOperatorOf, OPERATOR, SITE_OPTION, withApp } from './with-app.ts'

interface Options extends OutputOptions {
  account?: string
  site?: string
}

interface NewOptions extends Options {
  dryRun?: boolean
  wait?: boolean
}

type Meta = Record<string, unknown>

export function bulkCommands(program: Command): void {
  const command = program
    .command('bulk')
    .description(
      'the same change for many contacts, from a file: .json (a list of rows) or .csv (with a header)',
    )
  kindCommand(
    command,
    'grant <file>',
    'grants',
    ({ offers, welcome, confirm, renew, expiresAt, create }) => ({
      offer_ids: offers,
      send_customer_welcome_email: welcome === false ? false : undefined,
      send_offer_grant_email: confirm,
      renew,
      expires_at: expiresAt,
      create_contacts: create,
    }),
  )
    .option('--offers <ids...>', 'offers to grant in rows that name none')
    .option('--no-welcome', 'do not send welcome e-mails')
    .option('--confirm', 'send a confirmation e-mail for each offer')
    .addOption(
      new Option(
        '--renew <how>',
        'of offers that are held: add the access period to the end, or count it from now',
      ).choices(RENEWALS),
    )
    .option('--expires-at <time>', 'when access ends, also to offers that are held: a time or a day')
    .option('--no-create', 'do not create contacts')
  kindCommand(command, 'revoke <file>', 'revocations', ({ offers }) => ({ offer_ids: offers })).option(
    '--offers <ids...>',
    'offers to revoke in rows that name none',
  )
  kindCommand(command, 'tag <file>', 'tags', ({ add, remove }) => ({
    add_tag_ids: add,
    remove_tag_ids: remove,
  }))
    .option('--add <ids...>', 'tags to add')
    .option('--remove <ids...>', 'tags to remove')
  subcommand(command, 'list', 'list bulk jobs, the latest 100')
    .option(...ACCOUNT_OPTION)
    .action(list)
  subcommand(command, 'show <job>', 'show a bulk job, and rows that failed')
    .option(...ACCOUNT_OPTION)
    .action(show)
  subcommand(command, 'cancel <job>', 'stop a bulk job before its next batch')
    .option(...ACCOUNT_OPTION)
    .action((id, options) => change('bulk cancel', id, options, cancelJob))
  subcommand(command, 'retry <job>', 'process failed rows again, and continue a cancelled job')
    .option(...ACCOUNT_OPTION)
    .action((id, options) =>
      change('bulk retry', id, options, (tx, job, origin) => retryJob(tx, job, null, origin)),
    )
}

/** @param metaOf what the options say of all rows; undefined where they say nothing */
const kindCommand = (
  parent: Command,
  usage: string,
  kind: BulkKindName,
  metaOf: (options: Record<string, unknown>) => Meta,
): Command =>
  subcommand(parent, usage, bulkKinds[kind].summary.toLowerCase())
    .option('--dry-run', 'print what would happen, and change nothing')
    .option('--no-wait', 'leave the rows to the workers of the server')
    .option(...SITE_OPTION)
    .option(...ACCOUNT_OPTION)
    .action((file: string, options: NewOptions & Record<string, unknown>) =>
      create(bulkKinds[kind], file, metaOf(options), options),
    )

async function create(kind: BulkKind, path: string, meta: Meta, options: NewOptions): Promise<void> {
  const file = await readRowFile(kind, path)
  await withApp(`bulk ${kind.name}`, async (app) => {
    const { scope } = await findOperatorOf(app, 'site', options.site ?? '', options.account)
    const siteId = chooseSite(scope, options.site)
    const context = { siteId, source: 'cli' as const, origin: originOf(app) }
    const read = async (tx: Tx) => {
      try {
        return await readJob(tx, kind, { rows: file.rows, meta }, siteId, scope)
      } catch (error) {
        throw mistakesInFile(error, file)
      }
    }
    if (options.dryRun) {
      const prediction = await inDryRun(app.db, async ({ tx }) =>
        predictJob(tx, kind, context, await read(tx), countEffects(app, siteId, { permissions: null })),
      )
      printPrediction(prediction, file, options)
      return
    }
    const id = await inTransaction(app.db, async (tx) =>
      createJob(tx, kind, { ...context, ...(await read(tx)), caller: null }),
    )
    if (options.wait !== false) await processUntilDone(app, scope, id, options)
    await printJob(app, scope, id, options, file)
  })
}

const originOf = ({ clock }: App): Origin => ({ actor: OPERATOR, requestId: null, now: clock.now() })

/** Works on it together with the workers, if there are any. */
async function processUntilDone(
  app: App,
  scope: LoadScope,
  id: string,
  options: OutputOptions,
): Promise<void> {
  const begun = performance.now()
  for (;;) {
    const { status, done, total } = await findJob(app, scope, id)
    if (!options.json) drawProgress({ done: Number(done), total: Number(total), begun })
    if (status === 'completed' || status === 'cancelled') return
    if ((await processJobs(app)) === 0) await sleep(POLL_MS)
  }
}

const POLL_MS = 200

async function list(options: Options): Promise<void> {
  const rows = await withApp('bulk list', async (app) => {
    const { scope } = await findOperatorOf(app, 'site', '', options.account)
    return (await latestJobs(app, scope)).map(({ id, kind, status, done, total, failed, created_at }) => ({
      id,
      kind: String(kind),
      status: String(status),
      done: `${done} of ${total}`,
      failed: String(failed),
      created: (created_at as Date).toISOString(),
    }))
  })
  print(options, rows, table(rows, 'There are no bulk jobs.'))
}

async function show(id: string, options: Options): Promise<void> {
  await withApp('bulk show', async (app) => {
    const { scope } = await findOperatorOf(app, 'bulk job', id, options.account)
    await printJob(app, scope, id, options)
  })
}

async function change(
  role: string,
  id: string,
  options: Options,
  act: (tx: Tx, job: Awaited<ReturnType<typeof lockJob>>, origin: Origin) => Promise<void>,
): Promise<void> {
  await withApp(role, async (app) => {
    const { scope } = await findOperatorOf(app, 'bulk job', id, options.account)
    await inTransaction(app.db, async (tx) => act(tx, await lockJob(tx, scope.siteIds, id), originOf(app)))
    await printJob(app, scope, id, options)
  })
}
