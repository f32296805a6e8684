/** For tests of whole processes: starts them as a user would, and leaves nothing behind. */
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, vi } from 'vitest'

export const ROOT = resolve(import.meta.dirname, '..')
export const BESTOW = join(ROOT, 'bin', 'bestow.js')
/** What the README promises for stopping. */
export const STOP_WITHIN_MS = 10_000

export type Environment = Record<string, string | undefined>

// On a busy machine a start takes long; no test here is about speed.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const spawned = new Set<ChildProcess>()
const folders = new Set<string>()

/** A folder for data, gone after the tests of the file. */
export async function temporaryFolder(mode = 0o755): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'bestow-process-')))
  await chmod(folder, mode)
  folders.add(folder)
  return folder
}

/** Only what a shell of a user would have: nothing of the test runner, of npm, or of the settings. */
export function cleanEnvironment(settings: Environment = {}): NodeJS.ProcessEnv {
  const { HOME, LANG, TMPDIR, PATH = '' } = process.env
  const outside = PATH.split(delimiter).filter((folder) => !folder.includes('node_modules'))
  return { HOME, LANG, TMPDIR, PATH: outside.join(delimiter), ...settings }
}

export interface Running {
  child: ChildProcess
  /** The line of JSON that it printed when it was ready. */
  ready: Record<string, string>
  stdout: () => string
  stderr: () => string
  exited: Promise<number | null>
}

type Launch = { settings?: Environment; options?: SpawnOptions }

/** `npm start -- --json` on a data folder, once it is ready. */
export const npmStart = (dataDir: string, { settings, options }: Launch = {}): Promise<Running> =>
  launch('npm', ['start', '--', '--json'], {
    settings: { DATA_DIR: dataDir, PORT: '0', ...settings },
    options,
  })

/** `bestow <args> --json`, as a process that stays, once it is ready. */
export const bestowRunning = (args: string[], launching: Launch): Promise<Running> =>
  launch('node', [BESTOW, ...args, '--json'], launching)

async function launch(command: string, args: string[], launching: Launch): Promise<Running> {
  const running = begin(command, args, launching)
  const ready = await Promise.race([firstJson(running), running.exited.then(() => null)])
  if (!ready) throw new Error(`${command} ${args.join(' ')} ended: ${running.stderr()}`)
  return { ...running, ready }
}

/** Leads a process group of its own, as a command in a terminal does. */
export function begin(
  command: string,
  args: string[],
  { settings, options }: Launch = {},
): Omit<Running, 'ready'> {
  const child = spawn(command, args, {
    cwd: ROOT,
    env: cleanEnvironment(settings),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    ...options,
  })
  spawned.add(child)
  let [stdout, stderr] = ['', '']
  child.stdout!.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr!.on('data', (chunk) => {
    stderr += chunk
  })
  const exited = new Promise<number | null>((done) => {
    child.once('exit', done)
  })
  return { child, stdout: () => stdout, stderr: () => stderr, exited }
}

async function firstJson({ child, stdout }: Omit<Running, 'ready'>): Promise<Record<string, string>> {
  for (;;) {
    const line = stdout()
      .split('\n')
      .slice(0, -1)
      .find((text) => text.startsWith('{'))
    if (line !== undefined) return JSON.parse(line)
    await new Promise((more) => child.stdout!.once('data', more))
  }
}

export interface Finished {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs `bestow <args>` to its end. */
export async function bestow(
  args: string[],
  settings: Environment,
  options?: SpawnOptions,
): Promise<Finished> {
  return finish(begin('node', [BESTOW, ...args], { settings, options }))
}

export async function finish({ child, stdout, stderr }: Omit<Running, 'ready'>): Promise<Finished> {
  const code = await new Promise<number | null>((done) => {
    child.once('close', done)
  })
  return { code, stdout: stdout(), stderr: stderr() }
}

/** Runs it to its end and reads what it prints with --json. */
export async function bestowJson(args: string[], settings: Environment) {
  const { code, stdout, stderr } = await bestow([...args, '--json'], settings)
  if (code !== 0) throw new Error(`bestow ${args.join(' ')} ended with ${code}: ${stderr}`)
  return JSON.parse(stdout)
}

/** Stops in order, as Ctrl-C does. */
export async function stop({ child, exited }: Pick<Running, 'child' | 'exited'>): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) signalGroup(child, 'SIGINT')
  return exited
}

export function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid!, signal)
  } catch {
    // All of it has ended.
  }
}

/** A connection to the embedded database that runs on a data folder. */
export async function connectTo(dataDir: string): Promise<pg.Client> {
  const [, , , port, host] = lockLines(dataDir)
  const client = new pg.Client({ host, port: Number(port), user: 'bestow', database: 'bestow' })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** The process that serves a data folder, as the database knows it. */
export async function serverPid(dataDir: string): Promise<number> {
  const client = await connectTo(dataDir)
  const { rows } = await client.query(
    `select application_name as name from pg_stat_activity where application_name like 'bestow start, process%'`,
  )
  await client.end()
  return Number(/process (\d+)/.exec(rows[0].name)![1])
}

/** The main process of the embedded database; null when there is no lock file. */
export const postmasterPid = (dataDir: string): number | null => Number(lockLines(dataDir)[0]) || null

function lockLines(dataDir: string): string[] {
  const file = lockFile(dataDir)
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
}

export const lockFile = (dataDir: string) => join(dataDir, 'postgres', 'postmaster.pid')

/** The main processes of all database servers on a data folder. */
export function postmastersOf(dataDir: string): number[] {
  const folder = join(dataDir, 'postgres')
  return processes().flatMap(({ pid, command }) => (command.includes(` -D ${folder} `) ? [pid] : []))
}

export const childrenOf = (pid: number): number[] =>
  processes().flatMap(({ pid: child, parent }) => (parent === pid ? [child] : []))

/** Those that have ended and were only not collected yet are left out. */
function processes(): { pid: number; parent: number; command: string }[] {
  const { stdout } = spawnSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,command='], { encoding: 'utf8' })
  return stdout
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\S+)\s(.*)$/.exec(line))
    .filter((match) => match !== null && !match[3]!.startsWith('Z'))
    .map((match) => ({ pid: Number(match![1]), parent: Number(match![2]), command: `${match![4]} ` }))
}

/** Waits until `isSo` holds; the limit only ends a test that has failed. */
export async function until(isSo: () => boolean | Promise<boolean>, limitMs = 60_000): Promise<void> {
  for (const end = Date.now() + limitMs; !(await isSo()); await sleep(20)) {
    if (Date.now() > end) throw new Error(`not so after ${limitMs} ms: ${isSo}`)
  }
}

/** A client of the API with a token. */
export async function signIn({ url, client_id, client_secret }: Record<string, string>) {
  const response = await fetch(`${url}/v1/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: client_id!,
      client_secret: client_secret!,
    }),
  })
  const { access_token: token } = (await response.json()) as { access_token: string }
  const send = async (method: string, path: string, body?: unknown, base = url) => {
    const answer = await fetch(base + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/vnd.api+json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    const text = await answer.text()
    // biome-ignore lint/suspicious/noExplicitAny: the body of any document
    return { status: answer.status, headers: answer.headers, body: (text ? JSON.parse(text) : null) as any }
  }
  return {
    get: (path: string, base?: string) => send('GET', path, undefined, base),
    createContact: (email: string) =>
      send('POST', '/v1/contacts', { data: { type: 'contacts', attributes: { name: 'Ada', email } } }),
    grant: (contactId: string, offerId = '1') =>
      send('POST', `/v1/contacts/${contactId}/relationships/offers`, {
        data: [{ type: 'offers', id: offerId }],
      }),
  }
}

afterAll(async () => {
  for (const child of spawned) signalGroup(child, 'SIGKILL')
  for (const folder of folders) {
    for (const pid of postmastersOf(folder)) process.kill(pid, 'SIGQUIT')
    await until(() => postmastersOf(folder).length === 0)
    await rm(folder, { recursive: true, force: true })
  }
})
