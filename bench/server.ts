import type { BenchDatabase } from './database.ts'
import { BESTOW, type Environment, type Running, start } from './processes.ts'

/** As the first line of bin/bestow.js has them. */
const FLAGS = ['--max-semi-space-size=8']

/** `bestow serve` on the database, as a process of its own. `cpuProf` is a folder for a profile of it. */
export function serve({ settings }: BenchDatabase, cpuProf?: string): Promise<Running> {
  const profiling = cpuProf === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${cpuProf}`]
  return start(process.execPath, [...FLAGS, ...profiling, BESTOW, 'serve', '--json'], {
    ...settings,
    PORT: '0',
    RATE_LIMIT: '0',
  })
}

/** `bestow worker` on the database. */
export function work({ settings }: BenchDatabase, more: Environment = {}): Promise<Running> {
  return start(process.execPath, [...FLAGS, BESTOW, 'worker', '--json'], { ...settings, ...more })
}
