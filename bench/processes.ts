import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'

export const ROOT = resolve(import.meta.dirname, '..')
export const BESTOW = join(ROOT, 'bin', 'bestow.js')

export type Environment = Record<string, string>

export interface Running {
  pid: number
  /** The line of JSON that it printed when it was ready. */
  ready: Record<string, string>
  /** Ends it in order. */
  stop: () => Promise<void>
}

const children = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** Starts a process that prints a line of JSON when it is ready. */
export async function start(command: string, args: string[], settings: Environment = {}): Promise<Running> {
  const child = begin(command, args, settings)
  const exited = once(child, 'exit')
  const [line] = await Promise.race([once(child.stdout!, 'data'), exited.then(([code]) => [`${code}`])])
  if (child.exitCode !== null) throw new Error(`${command} ${args.join(' ')} ended with ${child.exitCode}`)
  return {
    pid: child.pid!,
    ready: JSON.parse(String(line)),
    async stop() {
      child.kill('SIGINT')
      await exited
    },
  }
}

/** Runs a process to its end. */
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

/** With only what a shell of a user would have, and `settings`. What it complains of is shown. */
function begin(command: string, args: string[], settings: Environment): ChildProcess {
  const { HOME, LANG, TMPDIR, PATH } = process.env
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { HOME, LANG, TMPDIR, PATH, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}
