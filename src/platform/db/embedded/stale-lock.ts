import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync, realpathSync } from 'node:fs'
import { link, readFile, rename, rm, stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'

/** PostgreSQL fills its lock file right after making it. */
const EMPTY_FOR_MS = 5_000

/**
 * After a power cut the lock file of a cluster may be empty, or name a number that now belongs to another
 * process; PostgreSQL would then refuse to start for ever. Such a lock is removed. PostgreSQL's check of
 * its shared memory remains, should the server live after all.
 */
export async function removeStaleLock(folder: string): Promise<void> {
  const file = join(folder, 'postmaster.pid')
  const text = await read(file)
  if (text === null || !(await isStale(folder, file, text))) return
  // Taken aside and looked at again: another process may have put a good one there just now.
  const aside = `${file}.${randomUUID()}`
  await rename(file, aside).catch(() => {})
  const taken = await read(aside)
  if (taken !== null && taken !== text) await link(aside, file).catch(() => {})
  await rm(aside, { force: true })
}

const read = (file: string) => readFile(file, 'utf8').catch(() => null)

async function isStale(folder: string, file: string, text: string): Promise<boolean> {
  if (text.trim() !== '') return !mayBeServerOf(folder, Number(text.split('\n')[0]))
  const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Date.now() }))
  return Date.now() - mtimeMs > EMPTY_FOR_MS
}

/**
 * Goes by the command line, which any user may read. True as well when there is no such process, which
 * PostgreSQL sees itself, and when nothing can be learnt. A process that has ended but was not collected
 * by its parent has no command line.
 */
function mayBeServerOf(folder: string, pid: number): boolean {
  if (!exists(pid)) return true
  try {
    return commandOf(pid).some((word) => isSameFolder(word, folder))
  } catch {
    return true
  }
}

function commandOf(pid: number): string[] {
  if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  const command = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout
  return command.split(/ (?=-)|(?<=-[Dk]) /)
}

function isSameFolder(path: string, folder: string): boolean {
  if (path === folder) return true
  try {
    return isAbsolute(path) && realpathSync(path) === realpathSync(folder)
  } catch {
    return false
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
