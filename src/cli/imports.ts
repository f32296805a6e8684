import { createReadStream, type ReadStream } from 'node:fs'
import { access } from 'node:fs/promises'
import { basename } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { cancelImport, changeImport, lockImport, startImport } from '../imports/change-imports.ts'
import { createImport, discardImport } from '../imports/create-import.ts'
import type { ImportKind, ImportSettings } from '../imports/import-kind.ts'
import { imports } from '../imports/imports.resource.ts'
import { importKinds } from '../imports/kinds.ts'
import { processImports } from '../imports/process-imports.ts'
import { rejectedRowsFile } from '../imports/rejected-rows.ts'
import type { App } from '../platform/app.ts'
import { inTransaction } from '../platform/db/database.ts'
import { loadPage } from '../platform/jsonapi/load.ts'
import { parseQuery } from '../platform/jsonapi/query.ts'
import type { LoadScope } from '../platform/jsonapi/resources.ts'
import { serverImportCommand } from './import-from-server.ts'
import { findImport, printImport } from './import-output.ts'
import { openNewFile } from './new-file.ts'
import { type OutputOptions, print, subcommand, table } from './output.ts'
import { drawCount, drawProgress } from './progress.ts'
import { ACCOUNT_OPTION, chooseSite, findOperatorOf, OPERATOR, SITE_OPTION, withApp } from './with-app.ts'

interface Options extends OutputOptions {
  account?: string
  site?: string
}

interface NewOptions extends Options {
  map?: string[]
  dryRun?: boolean
  wait?: boolean
  notify?: boolean
  subscribe?: boolean
  dayFirst?: boolean
  form?: string
  rejected?: string
}

export function importCommands(program: Command): void {
  const command = program
    .command('import')
    .description('import CSV files, such as those that Kajabi exports, or everything from another server')
  serverImportCommand(command)
  for (const kind of Object.values(importKinds)) kindCommand(command, kind)
  subcommand(command, 'list', 'list imports, the latest 100')
    .option(...ACCOUNT_OPTION)
    .action(list)
  subcommand(command, 'show <import>', 'show an import, and rows that were rejected')
    .option(...ACCOUNT_OPTION)
    .action(show)
  subcommand(command, 'cancel <import>', 'stop an import before its next batch')
    .option(...ACCOUNT_OPTION)
    .action(cancel)
  subcommand(
    command,
    'start <import>',
    'start an import after its dry run, or continue one that was interrupted or cancelled',
  )
    .option(...ACCOUNT_OPTION)
    .action(start)
}

function kindCommand(parent: Command, kind: ImportKind): void {
  const command = subcommand(parent, `${kind.name.replaceAll('_', '-')} <file>`, kind.summary)
    .option(
      '--map <column=field...>',
      'fields of columns that are not known by their names; nothing after = leaves one out',
    )
    .option('--dry-run', 'say what would become of each row, and change nothing')
    .option('--notify', 'let e-mails, automations and webhooks follow')
    .option('--day-first', 'read days such as 3/12/25 as 3 December')
    .option(
      '--rejected <file>',
      'where rejected rows are written; otherwise beside the file. A file that exists gets a number: it is not overwritten',
    )
    .option('--no-wait', 'leave the rows to the workers of the server')
  if (kind.name === 'contacts')
    command.option(
      '--subscribe',
      'let contacts that are created take marketing e-mails, unless the file says otherwise',
    )
  if (kind.name === 'form_submissions')
    command.option('--form <id>', 'form of submissions that do not name theirs')
  command
    .option(...SITE_OPTION)
    .option(...ACCOUNT_OPTION)
    .action((file: string, options: NewOptions) => create(kind, file, options))
}

async function create(kind: ImportKind, file: string, options: NewOptions): Promise<void> {
  await access(file)
  const map = readMap(options.map ?? [])
  const running = new RunningImport()
  const work = async (app: App) => {
    const { scope } = await findOperatorOf(app, 'site', options.site ?? '', options.account)
    const siteId = chooseSite(scope, options.site)
    running.content = createReadStream(file)
    running.receiving = createImport(
      app,
      {
        kind,
        siteId,
        fileName: basename(file),
        settings: settingsOf(options),
        map,
        isDryRun: options.dryRun === true,
        isHeld: true,
        source: 'cli',
        actor: OPERATOR,
        caller: null,
        progress: (count) => options.json || drawCount('rows read', count),
      },
      running.content,
    )
    const id = await running.receiving
    running.found = { id, siteId, scope }
    await begin(app, running, options)
    await finish(app, running, options, options.rejected ?? file.replace(/(\.[^./]*)?$/, '.rejected$1'))
  }
  await withApp(`import ${kind.name}`, work, (app) => running.interrupt(app))
}

/** An import while its command runs, which a signal stops. */
class RunningImport {
  content: ReadStream | null = null
  receiving: Promise<string> | null = null
  found: { id: string; siteId: string; scope: LoadScope } | null = null
  isStarted = false
  isInterrupted = false

  /** @returns how far it came, and what continues it */
  async interrupt(app: App): Promise<string> {
    this.isInterrupted = true
    this.content?.destroy(new Error('interrupted'))
    await Promise.allSettled([this.receiving])
    if (this.found === null || !this.isStarted) {
      if (this.found !== null) await discardImport(app, { ...this.found, isHeld: true })
      return 'Interrupted while the file was read: nothing was imported. Run the same command again.'
    }
    const { id, scope } = this.found
    await inTransaction(app.db, async (tx) => {
      const job = await lockImport(tx, scope.siteIds, id)
      if (job.status !== 'completed' && job.status !== 'cancelled')
        await cancelImport(tx, job, app.clock.now())
    })
    const { done, total, dry_run } = await findImport(app, scope, id)
    const reached = `${done.toLocaleString('en')} of ${total.toLocaleString('en')} rows`
    return dry_run
      ? `Interrupted: the dry run has looked at ${reached}. Nothing was changed. Run the same command again.`
      : `Interrupted: ${reached} of import ${id} are done. \`bestow import start ${id}\` continues it; so does the same command, to which rows that were imported are unchanged.`
  }
}

const settingsOf = ({ notify, subscribe, dayFirst, form }: NewOptions): ImportSettings => ({
  notify: notify === true,
  subscribe: subscribe === true,
  date_order: dayFirst ? 'day_first' : 'month_first',
  form_id: form ?? null,
})

/** `column=field`; a column can contain the sign. */
function readMap(given: string[]): Record<string, string | null> {
  const entries = given.map((one) => {
    const at = one.lastIndexOf('=')
    if (at <= 0) throw new Error(`"${one}" must be a column, =, and a field, as in --map "Correo=email".`)
    return [one.slice(0, at).trim(), one.slice(at + 1).trim() || null] as const
  })
  return Object.fromEntries(entries)
}

/** Starts an import; in a terminal, after the fields of columns that are not known were asked for. */
async function begin(app: App, running: RunningImport, { json, dryRun }: NewOptions): Promise<void> {
  const { id, scope } = running.found!
  try {
    if (!json && process.stdin.isTTY && process.stderr.isTTY) await askForFields(app, scope, id)
    await inTransaction(app.db, async (tx) =>
      startImport(tx, await lockImport(tx, scope.siteIds, id), {
        isDryRun: dryRun === true,
        caller: null,
        actor: OPERATOR,
        now: app.clock.now(),
      }),
    )
    running.isStarted = true
  } catch (error) {
    if (running.isInterrupted) return waitForTheEnd()
    await inTransaction(app.db, async (tx) =>
      cancelImport(tx, await lockImport(tx, scope.siteIds, id), app.clock.now()),
    )
    throw error
  }
}

async function askForFields(app: App, scope: LoadScope, id: string): Promise<void> {
  const { columns } = await findImport(app, scope, id)
  const unknown = columns.filter(({ field, examples }) => field === null && examples.length > 0)
  if (unknown.length === 0) return
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  // In a terminal that waits for an answer, Ctrl-C is a key.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    for (const { column, examples } of unknown) {
      const question = `\nThe column "${column}" (${examples.slice(0, 3).join(' | ')}) is not known. Field, or nothing to leave it out: `
      for (let isDone = false; !isDone; ) {
        const field = (await lines.question(question)).trim()
        isDone = field === '' || (await isMapped(app, scope, id, { [column]: field }))
      }
    }
  } finally {
    lines.close()
  }
}

async function isMapped(
  app: App,
  scope: LoadScope,
  id: string,
  map: Record<string, string | null>,
): Promise<boolean> {
  try {
    await inTransaction(app.db, async (tx) =>
      changeImport(tx, await lockImport(tx, scope.siteIds, id), { map, settings: {} }, app.clock.now()),
    )
    return true
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    return false
  }
}

/** Waits for the end of an import, writes its rejected rows and prints what became of it. */
async function finish(
  app: App,
  running: RunningImport,
  options: NewOptions,
  rejectedFile: string,
): Promise<void> {
  const { id, scope } = running.found!
  if (options.wait !== false) await processUntilDone(app, running, options)
  const { rejected, dry_run } = await findImport(app, scope, id)
  const file = rejected > 0 && !dry_run ? await writeRejectedRows(app, scope, id, rejectedFile) : undefined
  await printImport(app, scope, id, options, file)
}

/** @returns the name that the file got */
async function writeRejectedRows(app: App, scope: LoadScope, id: string, wanted: string): Promise<string> {
  const job = await inTransaction(app.db, (tx) => lockImport(tx, scope.siteIds, id))
  const { path, file } = await openNewFile(wanted)
  await pipeline(rejectedRowsFile(app.db, job), file.createWriteStream())
  return path
}

/** A signal has come: the process ends when what it has begun is left in order. */
const waitForTheEnd = (): Promise<never> => new Promise(() => {})

/** Works on it together with the workers, if there are any. */
async function processUntilDone(app: App, running: RunningImport, options: OutputOptions): Promise<void> {
  const { id, scope } = running.found!
  const begun = performance.now()
  for (;;) {
    if (running.isInterrupted) return waitForTheEnd()
    const { status, done, total } = await findImport(app, scope, id)
    if (!options.json) drawProgress({ done, total, begun })
    if (status === 'completed' || status === 'cancelled') return
    if ((await processImports(app)) === 0) await sleep(POLL_MS)
  }
}

const POLL_MS = 200

async function start(id: string, options: NewOptions): Promise<void> {
  const running = new RunningImport()
  const work = async (app: App) => {
    const { scope } = await findOperatorOf(app, 'import', id, options.account)
    const siteId = await inTransaction(app.db, async (tx) => {
      const job = await lockImport(tx, scope.siteIds, id)
      // One that runs is waited for, as after a command that was killed.
      if (job.is_dry_run || (job.status !== 'pending' && job.status !== 'running'))
        await startImport(tx, job, {
          isDryRun: false,
          caller: null,
          actor: OPERATOR,
          now: app.clock.now(),
        })
      return job.site_id
    })
    running.found = { id, siteId, scope }
    running.isStarted = true
    await finish(app, running, options, `import-${id}.rejected.csv`)
  }
  await withApp('import start', work, (app) => running.interrupt(app))
}

async function list(options: Options): Promise<void> {
  const rows = await withApp('import list', async (app) => {
    const { scope } = await findOperatorOf(app, 'site', '', options.account)
    const query = parseQuery(imports, { 'page[size]': '100' }, scope)
    const found = (await loadPage(app.db, imports, query, scope)).primary.rows
    return found.map(({ id, kind, file_name, status, dry_run, done, total, rejected, created_at }) => ({
      id,
      kind: String(kind),
      file: String(file_name),
      status: dry_run ? `${status} (dry run)` : String(status),
      done: `${done} of ${total}`,
      rejected: String(rejected),
      created: (created_at as Date).toISOString(),
    }))
  })
  print(options, rows, table(rows, 'There are no imports.'))
}

async function show(id: string, options: Options): Promise<void> {
  await withApp('import show', async (app) => {
    const { scope } = await findOperatorOf(app, 'import', id, options.account)
    await printImport(app, scope, id, options)
  })
}

async function cancel(id: string, options: Options): Promise<void> {
  await withApp('import cancel', async (app) => {
    const { scope } = await findOperatorOf(app, 'import', id, options.account)
    await inTransaction(app.db, async (tx) =>
      cancelImport(tx, await lockImport(tx, scope.siteIds, id), app.clock.now()),
    )
    await printImport(app, scope, id, options)
  })
}
