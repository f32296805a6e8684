/** Separate processor cores for the load generator and for the server, on systems with taskset. */
import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'

const LAST = cpus().length - 1
/** As `taskset` takes them. */
const CORES = { load: String(LAST), server: `0-${LAST - 1}` }

/** Pins a process, with its threads and future children, to its cores. @returns whether that is possible */
export function pin(pid: number, part: keyof typeof CORES): boolean {
  if (LAST === 0) return false
  return spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', CORES[part], String(pid)]).status === 0
}
