import { text } from 'node:stream/consumers'
import { type Command, Option } from 'commander'
import type { Retry } from '../client/connection.ts'
import type { Counts, Finding } from '../imports/from-server/outcome.ts'
import type { ImportProgress } from '../imports/from-server/progress.ts'
import { runServerImport, type ServerImportResult } from '../imports/from-server/run-import.ts'
import { Source } from '../imports/from-server/source.ts'
import type { App } from '../platform/app.ts'
import { openNewFile } from './new-file.ts'
import { type OutputOptions, print, subcommand, table } from './output.ts'
import { drawProgress, duration } from './progress.ts'
import { ACCOUNT_OPTION, chooseSite, findOperator, OPERATOR, withApp } from './with-app.ts'

interface Options extends OutputOptions {
  fromUrl?: string
  clientId?: string
  clientSecret?: string
  clientSecretStdin?: boolean
  account?: string
  site?: string
  dryRun?: boolean
  notify?: boolean
  skipped?: string
}

const SKIPPED_FILE = 'import.skipped.jsonl'

/** `bestow import --from-url`: what `import` does unless one of its commands is named. */
export function serverImportCommand(parent: Command): void {
  subcommand(parent, 'server', 'import everything from another server; "server" can be left out', {
    isDefault: true,
  })
    .option(
      '--from-url <address>',
      'import from another server that speaks this API, as in https://api.kajabi.com',
    )
    .addOption(new Option('--client-id <id>', 'of an API key there').env('KAJABI_CLIENT_ID'))
    .addOption(
      new Option(
        '--client-secret <secret>',
        'of the API key; others on this machine can read it here while the command runs, and cannot in the environment',
      ).env('KAJABI_CLIENT_SECRET'),
    )
    .option('--client-secret-stdin', 'read the secret from standard input')
    .option(...ACCOUNT_OPTION)
    .option(
      '--site <id>',
      'the site here that everything goes into, when there is one there; otherwise it is created',
    )
    .option('--dry-run', 'say what would be created, changed and skipped, and change nothing')
    .option('--notify', 'let e-mails, automations and webhooks follow')
    .option(
      '--skipped <file>',
      `what was skipped or left out, a line of JSON each; otherwise ${SKIPPED_FILE}`,
    )
    .action(async (options: Options) => {
      if (options.fromUrl === undefined) parent.help({ error: true })
      await importFromServer({ ...options, fromUrl: options.fromUrl })
    })
}

async function importFromServer(options: Options & { fromUrl: string }): Promise<void> {
  const source = new Source({
    url: options.fromUrl,
    clientId: required(options.clientId, '--client-id, or KAJABI_CLIENT_ID in the environment'),
    clientSecret: required(
      options.clientSecretStdin ? (await text(process.stdin)).trim() : options.clientSecret,
      'the secret of the API key: KAJABI_CLIENT_SECRET in the environment, or --client-secret-stdin',
    ),
    onRetry: (retry) => sayRetry(options.fromUrl, retry),
  })
  const work = async (app: App) => {
    const { accountId, scope } = await findOperator(app, options.account)
    return runServerImport(app, {
      source,
      accountId,
      siteIds: scope.siteIds,
      into: options.site === undefined ? null : chooseSite(scope, options.site),
      isDryRun: options.dryRun === true,
      notify: options.notify === true,
      actor: OPERATOR,
      onProgress: (progress) => options.json || showProgress(progress),
    })
  }
  const result = await withApp('import', work, async () =>
    options.dryRun
      ? 'Interrupted. Nothing was changed.'
      : 'Interrupted. What was imported stays, and the same command continues.',
  )
  await printResult(result, options)
  if (result.unread.length > 0) process.exitCode = 1
}

function required(value: string | undefined, what: string): string {
  if (value) return value
  throw new Error(`Give ${what}.`)
}

/** Pauses that nobody notices are not worth a line. */
const SHORTEST_TOLD_MS = 1_000

/** Also with --json: whoever waits must know for what. */
function sayRetry(url: string, { reason, pauseMs, leftMs }: Retry): void {
  if (pauseMs < SHORTEST_TOLD_MS) return
  const before = process.stderr.isTTY ? '\r\x1b[K' : ''
  const [pause, left] = [pauseMs, leftMs].map((milliseconds) => duration(milliseconds / 1_000))
  process.stderr.write(`${before}${url}: ${reason} Trying again in ${pause}, for up to ${left}.\n`)
}

/** In a terminal a line that moves; otherwise one for each list, at its end. */
function showProgress(progress: ImportProgress): void {
  const { list, done, begun, isDone } = progress
  if (process.stderr.isTTY) {
    if (isDone) drawProgress(progress, list)
    else drawProgress({ ...progress, total: Math.max(progress.total, done + 1) }, list)
  } else if (isDone) {
    const seconds = (performance.now() - begun) / 1_000
    process.stderr.write(`${list}: ${done.toLocaleString('en')} read in ${seconds.toFixed(1)} s\n`)
  }
}

async function printResult(
  { counts, findings, unread, continued }: ServerImportResult,
  { dryRun = false, skipped = SKIPPED_FILE, ...options }: Options,
): Promise<void> {
  const file = findings.length > 0 ? await writeFindings(findings, skipped) : null
  const result = {
    dry_run: dryRun,
    continued,
    counts: Object.fromEntries(counts),
    unread,
    skipped_file: file,
  }
  print(options, result, [
    ...(dryRun ? ['Dry run: nothing was changed.'] : []),
    ...(continued ? ['An import that was interrupted was continued.'] : []),
    ...table(
      [...counts].map(([type, count]) => rowOf(type, count)),
      'There is nothing to import.',
    ),
    ...reasons(findings),
    ...unread.map(({ list, reason }) => `Not read: ${list}. ${reason}`),
    ...(file === null ? [] : [`Skipped and left out, with the reasons: ${file}`]),
  ])
}

/** @returns the name that the file got */
async function writeFindings(findings: Finding[], wanted: string): Promise<string> {
  const { path, file } = await openNewFile(wanted)
  await file.writeFile(findings.map((one) => `${JSON.stringify(lineOf(one))}\n`).join(''))
  await file.close()
  return path
}

const lineOf = ({ type, id, status, problem, leftOut }: Finding) => ({
  type,
  id,
  status,
  reason: problem,
  left_out: leftOut,
})

const rowOf = (type: string, { created, changed, unchanged, skipped }: Counts) => ({
  type,
  read: String(created + changed + unchanged + skipped),
  created: String(created),
  changed: String(changed),
  unchanged: String(unchanged),
  skipped: String(skipped),
})

/** Why resources were skipped, and attributes left out, each with how many times. */
function reasons(findings: Finding[]): string[] {
  const counts = new Map<string, number>()
  for (const { type, problem, leftOut } of findings)
    for (const reason of [
      ...(problem === null ? [] : [`${type} skipped: ${problem}`]),
      ...Object.entries(leftOut).map(([name, why]) => `${type} without ${name}: ${why}`),
    ])
      counts.set(reason, (counts.get(reason) ?? 0) + 1)
  const sorted = [...counts].sort(([, one], [, other]) => other - one)
  return sorted.slice(0, MOST_REASONS).map(([reason, count]) => `${count} × ${reason}`)
}

const MOST_REASONS = 20
