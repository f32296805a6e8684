import { execFile } from 'node:child_process'
import { arch, cpus, platform, release, totalmem } from 'node:os'
import { promisify } from 'node:util'
import { VERSION } from '../src/platform/version.ts'

const call = promisify(execFile)

/** The machine and the versions of a measurement. */
export interface Machine {
  processor: string
  cores: number
  memory_gb: number
  system: string
  node: string
  postgresql: string
  bestow: string
}

export function describeMachine(postgresql: string): Machine {
  const processors = cpus()
  return {
    processor: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.versions.node,
    postgresql,
    bestow: VERSION,
  }
}

/** Resident memory of a process. */
export async function residentMegabytes(pid: number): Promise<number> {
  const { stdout } = await call('ps', ['-o', 'rss=', '-p', String(pid)])
  return Number(stdout) / 1024
}
