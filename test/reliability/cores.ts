/** Processor cores of their own for the load and for what it is put on, where the system can do that. */
import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'

const LAST = cpus().length - 1
/** As `taskset` takes them. */
const CORES = { load: String(LAST), server: `0-${LAST - 1}` }

/** Keeps a process, with its threads and what it will start, to its cores. @returns false where that cannot be done */
export function pin(pid: number, part: keyof typeof CORES): boolean {
  if (LAST === 0) return false
  return spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', CORES[part], String(pid)]).status === 0
}
