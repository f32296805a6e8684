import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'

const ROOT = resolve(import.meta.dirname, '..')
export const BESTOW = join(ROOT, 'bin', 'bestow.js')

export type Environment = Record<string, string>

export interface Running {
  pid: number
  /** The line of JSON that it printed when it was ready. */
  ready: Record<string, string>
  /** Stops it gracefully. */
  stop: () => Promise<void>
}

const children = new Set<ChildProcess>()

/** Starts a command that prints a line of JSON when it is ready. */
export async function start(command: string, args: string[], settings: Environment = {}): Promise<Running> {
  const child = begin(command, args, settings)
  const ready = new Promise<Record<string, string>>((resolve, reject) => {
    createInterface(child.stdout!).once('line', (line) => resolve(JSON.parse(line)))
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${command} ${args.join(' ')} ended, with ${code}`)))
  })
  return { ready: await ready, pid: child.pid!, stop: () => stop(child) }
}

/** Runs a command to its end. */
export async function run(
  command: string,
  args: string[],
  settings: Environment = {},
): Promise<{ code: number | null; stdout: string }> {
  const child = begin(command, args, settings)
  const closed = once(child, 'close')
  const stdout = await text(child.stdout!)
  const [code] = await closed
  return { code, stdout }
}

export interface Helper {
  /** Sends it a message. @returns its response */
  ask: <Reply>(message: object) => Promise<Reply>
  stop: () => Promise<void>
}

/** Starts a module that responds to every message with a message. */
export function startHelper(file: string): Helper {
  const child = keep(fork(file, { execArgv: [], detached: true }))
  return {
    ask: <Reply>(message: object) =>
      new Promise<Reply>((resolve, reject) => {
        const ended = (code: number | null) => reject(new Error(`${file} ended, with ${code}`))
        child.once('exit', ended)
        child.once('message', (reply) => {
          child.off('exit', ended)
          resolve(reply as Reply)
        })
        child.send(message)
      }),
    stop: () => stop(child),
  }
}

/** Stops everything that is still running. */
export async function stopAll(): Promise<void> {
  await Promise.all([...children].map(stop))
}

/** With the environment of a user's shell only, and `settings`. Its standard error is shown. */
function begin(command: string, args: string[], settings: Environment): ChildProcess {
  const { HOME, LANG, TMPDIR, PATH = '' } = process.env
  const outside = PATH.split(delimiter).filter((folder) => !folder.includes('node_modules'))
  return keep(
    spawn(command, args, {
      cwd: ROOT,
      env: { HOME, LANG, TMPDIR, PATH: outside.join(delimiter), ...settings },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    }),
  )
}

function keep(child: ChildProcess): ChildProcess {
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}

/** As Ctrl-C does: each child leads a process group, which gets the signal. */
async function stop(child: ChildProcess): Promise<void> {
  if (!children.has(child)) return
  const exited = once(child, 'exit')
  process.kill(-child.pid!, 'SIGINT')
  await exited
}
