import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { lstat, mkdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Cluster, ROOT_STORE } from './cluster.ts'
import { type Owner, uidOf } from './owner.ts'
import { removeStaleLock } from './stale-lock.ts'

/** Where a running server can be reached. */
export interface Endpoint {
  /** Folder of the Unix socket. Who may enter it may connect: the socket is for its owner and root only. */
  host: string
  port: number
}

/** Longest path of a Unix socket is 107 bytes on Linux and 103 on macOS; the file's name takes 14. */
const LONGEST_SOCKET_FOLDER = 88

/** Where the server of `folder` listens, according to its lock file; null when none is running. */
export async function findServer(folder: string): Promise<(Endpoint & { pid: number }) | null> {
  const lines = await readFile(join(folder, 'postmaster.pid'), 'utf8').then(
    (text) => text.split('\n'),
    () => [],
  )
  const [pid, , , port, host] = lines
  if (!pid || !port || !host) return null
  return { pid: Number(pid), port: Number(port), host }
}

/**
 * Starts a server on the cluster and waits until it has taken its lock, or has given up because
 * another one holds it. PostgreSQL's own lock decides, so two can never run on the same data.
 *
 * The server leads its own process group: Ctrl-C in a terminal reaches Bestow only, which then stops
 * it in order.
 */
export async function startServer({ folder, binaries, owner }: Cluster): Promise<void> {
  await removeStaleLock(folder)
  const log = openSync(`${folder}.log`, 'a', 0o600)
  const server = spawn(
    join(binaries, 'bin', 'postgres'),
    ['-D', folder, '-k', await socketFolder(folder, owner), '-p', '5432'],
    { ...owner.identity, cwd: '/', detached: true, stdio: ['ignore', log, log] },
  )
  closeSync(log)
  server.unref()
  const gone = new Promise<void>((resolve) =>
    server.once('exit', () => resolve()).once('error', () => resolve()),
  )
  for (let waited = 0; waited < 10_000; waited += 20) {
    const running = await findServer(folder)
    if (running?.pid === server.pid) return
    if (await Promise.race([gone.then(() => true), sleep(20, false)])) return
  }
}

/** The same for the same cluster every time: a pool that reconnects after a restart must find it again. */
async function socketFolder(folder: string, owner: Owner): Promise<string> {
  if (Buffer.byteLength(folder) <= LONGEST_SOCKET_FOLDER) return folder
  const name = `bestow-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`
  const short = join(owner.isBorrowed ? ROOT_STORE : tmpdir(), name)
  await mkdir(short, { mode: 0o700 }).then(
    () => owner.take(short),
    (error) => assertOwn(short, owner, error),
  )
  return short
}

/** A folder somebody else prepared in a shared place could lead our clients to a false server. */
async function assertOwn(path: string, owner: Owner, error: NodeJS.ErrnoException): Promise<void> {
  if (error.code !== 'EEXIST') throw error
  const { uid } = await lstat(path)
  if (uid !== uidOf(owner)) throw new Error(`${path} is owned by another user; remove it.`)
}

/** Stops the server: open connections are ended, committed work is kept. Waits until it is gone. */
export async function stopServer(folder: string): Promise<void> {
  const running = await findServer(folder)
  if (!running) return
  try {
    process.kill(running.pid, 'SIGINT')
  } catch {
    return
  }
  for (let waited = 0; waited < 8_000; waited += 10) {
    // Another process may have started the next server by now.
    if ((await findServer(folder))?.pid !== running.pid) return
    await sleep(10)
  }
}
