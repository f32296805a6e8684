/** Starts processes as a user does; independent of the test runner. */
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process'
import { delimiter, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { bundledProgram } from './bundle.ts'

export const ROOT = resolve(import.meta.dirname, '..')
export const BESTOW = join(ROOT, 'bin', 'bestow.js')
/** Where the project's own Node is, for PATH. */
export const NODE_FOLDER = join(ROOT, 'node_modules', '.bin')
/** Not the command `node`, which may be an older Node that starts this one as its child. */
const NODE = join(NODE_FOLDER, 'node')

export type Environment = Record<string, string | undefined>

const spawned = new Set<ChildProcess>()

/** Kills the processes started here, with their groups. */
export function killSpawned(): void {
  for (const child of spawned) signalGroup(child, 'SIGKILL')
  spawned.clear()
}

/** The environment of a user's shell, without variables of the test runner, of npm, and of settings. */
export function cleanEnvironment(settings: Environment = {}): NodeJS.ProcessEnv {
  const { HOME, LANG, TMPDIR, PATH = '' } = process.env
  const outside = PATH.split(delimiter).filter((folder) => !folder.includes('node_modules'))
  return { HOME, LANG, TMPDIR, PATH: outside.join(delimiter), ...settings }
}

/** For npm: with how the registry is reached, and without what npm sets for its scripts, as their folder. */
export function npmEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^npm_(?!config_(registry|cafile|userconfig|cache)$)/i.test(name),
  )
  return { ...Object.fromEntries(kept), PATH: `${NODE_FOLDER}:${process.env.PATH}` }
}

export interface Running {
  child: ChildProcess
  /** The line of JSON that it printed when it was ready. */
  ready: Record<string, string>
  stdout: () => string
  stderr: () => string
  exited: Promise<number | null>
}

export type Launch = { settings?: Environment; options?: SpawnOptions }

/** `bestow <args> --json`, as a long-running process, once it is ready; of another version when its program is given. */
export const bestowRunning = async (args: string[], launching: Launch, program?: string): Promise<Running> =>
  launch(NODE, [program ?? (await bundledProgram()), ...args, '--json'], launching)

/** Starts a process, and waits for the line of JSON that it prints when it is ready. */
export async function launch(command: string, args: string[], launching: Launch): Promise<Running> {
  const running = begin(command, args, launching)
  const ready = await Promise.race([firstJson(running), running.exited.then(() => null)])
  if (!ready) throw new Error(`${command} ${args.join(' ')} ended: ${running.stderr()}`)
  return { ...running, ready }
}

/** Starts a process as leader of a process group of its own, as a terminal does. */
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

/** Runs `bestow <args>` to its end; of another version when its program is given. */
export async function bestow(
  args: string[],
  settings: Environment,
  options?: SpawnOptions,
  program?: string,
): Promise<Finished> {
  return finish(begin(NODE, [program ?? (await bundledProgram()), ...args], { settings, options }))
}

export async function finish({ child, stdout, stderr }: Omit<Running, 'ready'>): Promise<Finished> {
  const code = await new Promise<number | null>((done) => {
    child.once('close', done)
  })
  return { code, stdout: stdout(), stderr: stderr() }
}

/** Runs it to its end and parses its output with --json. */
export async function bestowJson(args: string[], settings: Environment) {
  const { code, stdout, stderr } = await bestow([...args, '--json'], settings)
  if (code !== 0) throw new Error(`bestow ${args.join(' ')} ended with ${code}: ${stderr}`)
  return JSON.parse(stdout)
}

/** Stops gracefully, as Ctrl-C does. */
export async function stop({ child, exited }: Pick<Running, 'child' | 'exited'>): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) signalGroup(child, 'SIGINT')
  return exited
}

export function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid!, signal)
  } catch {
    // The whole group has ended.
  }
}

export const childrenOf = (pid: number): number[] =>
  processes().flatMap(({ pid: child, parent }) => (parent === pid ? [child] : []))

/** Every process of this machine. Zombies are left out. */
export function processes(): { pid: number; parent: number; command: string }[] {
  const { stdout } = spawnSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,command='], { encoding: 'utf8' })
  return stdout
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\S+)\s(.*)$/.exec(line))
    .filter((match) => match !== null && !match[3]!.startsWith('Z'))
    .map((match) => ({ pid: Number(match![1]), parent: Number(match![2]), command: `${match![4]} ` }))
}

/** Waits until `isSo` holds; the limit only ends a test that has failed. */
export async function until(isSo: () => boolean | Promise<boolean>, limitMs = 180_000): Promise<void> {
  for (const end = Date.now() + limitMs; !(await isSo()); await sleep(20)) {
    if (Date.now() > end) throw new Error(`not so after ${limitMs} ms: ${isSo}`)
  }
}
