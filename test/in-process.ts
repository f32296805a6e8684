/** Runs commands without starting a process for each, which takes longer than what most of them do. */
import { vi } from 'vitest'
import { runCommand } from '../src/cli/program.ts'
import { cleanEnvironment, type Environment, type Finished } from './launch.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** `bestow <args>` in this process, with the settings of its own; one at a time. */
export async function bestowHere(args: string[], settings: Environment): Promise<Finished> {
  const restoreEnvironment = replaceEnvironment(cleanEnvironment(settings))
  const before = SIGNALS.map((signal) => process.listeners(signal))
  const finished: Finished = { code: null, stdout: '', stderr: '' }
  // Nothing happens in a process after its exit.
  const isOver = () => finished.code !== null
  const capture = (name: 'stdout' | 'stderr') =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      if (!isOver()) finished[name] += text
      return true
    })
  const exit = vi.spyOn(process, 'exit').mockImplementation((code) => {
    finished.code ??= Number(code ?? 0)
    throw new Exit()
  })
  const spies = [capture('stdout'), capture('stderr'), exit]
  try {
    await runCommand(args)
    finished.code ??= Number(process.exitCode ?? 0)
  } catch (error) {
    if (!(error instanceof Exit)) throw error
  } finally {
    process.exitCode = undefined
    for (const spy of spies) spy.mockRestore()
    for (const [i, signal] of SIGNALS.entries())
      for (const listener of process.listeners(signal))
        if (!before[i]!.includes(listener)) process.off(signal, listener)
    restoreEnvironment()
  }
  return finished
}

/** The same with --json. @returns what it printed. @throws when it fails */
export async function bestowJsonHere(args: string[], settings: Environment) {
  const { code, stdout, stderr } = await bestowHere([...args, '--json'], settings)
  if (code !== 0) throw new Error(`bestow ${args.join(' ')} ended with ${code}: ${stderr}`)
  return JSON.parse(stdout)
}

class Exit extends Error {}

function replaceEnvironment(environment: NodeJS.ProcessEnv): () => void {
  const saved = { ...process.env }
  const set = (values: NodeJS.ProcessEnv) => {
    for (const name of Object.keys(process.env)) if (values[name] === undefined) delete process.env[name]
    for (const [name, value] of Object.entries(values)) if (value !== undefined) process.env[name] = value
  }
  set(environment)
  return () => set(saved)
}
