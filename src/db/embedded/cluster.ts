import { spawn, spawnSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, openSync, readFileSync } from 'node:fs'
import { appendFile, lstat, mkdir, readFile, readlink, rename, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { prepareBinaries } from './binaries.ts'
import { findOwner, type Owner } from './owner.ts'

/** Where a running server can be reached. */
export interface Endpoint {
  /** Folder of the Unix socket. Who may enter it may connect: the socket is for its owner and root only. */
  host: string
  port: number
}

export interface Cluster {
  folder: string
  binaries: string
  owner: Owner
}

/** Where root keeps what an unprivileged user must reach. */
const ROOT_STORE = '/var/lib/bestow'
/** Longest path of a Unix socket is 107 bytes on Linux and 103 on macOS; the file's name takes 14. */
const LONGEST_SOCKET_FOLDER = 88

/**
 * Makes sure that `dataDir` has a database cluster, and says where it is. Safe to call from several
 * processes at once: the cluster is made aside and moved into place, and the first one wins.
 */
export async function prepareCluster(dataDir: string): Promise<Cluster> {
  const owner = findOwner()
  await mkdir(dataDir, { recursive: true, mode: 0o711 })
  const relocated = owner.isBorrowed && !owner.canEnter(dataDir)
  const binaries = await prepareBinaries(owner, owner.isBorrowed ? ROOT_STORE : dataDir)
  const folder = relocated ? await relocatedFolder(dataDir) : join(dataDir, 'postgres')
  if (!existsSync(join(folder, 'PG_VERSION'))) await initialise(folder, binaries, owner)
  return { folder, binaries, owner }
}

/**
 * `dataDir/postgres` becomes a link to a folder that the borrowed user can reach. The folder's name is
 * random, so that a new data folder at an old path never finds an old database.
 */
async function relocatedFolder(dataDir: string): Promise<string> {
  const link = join(dataDir, 'postgres')
  await mkdir(ROOT_STORE, { recursive: true, mode: 0o755 })
  await symlink(join(ROOT_STORE, randomUUID()), link).catch((error) => {
    if (error.code !== 'EEXIST') throw error
  })
  return await readlink(link)
}

async function initialise(folder: string, binaries: string, owner: Owner): Promise<void> {
  const draft = `${folder}.${randomUUID()}`
  await mkdir(draft, { mode: 0o700 })
  await owner.take(draft)
  const made = spawnSync(
    join(binaries, 'bin', 'initdb'),
    [
      '--pgdata',
      draft,
      '--username',
      'bestow',
      '--auth',
      'trust',
      '--encoding',
      'UTF8',
      '--locale',
      'C',
      '--no-instructions',
    ],
    { ...owner.identity, cwd: '/', encoding: 'utf8' },
  )
  if (made.status !== 0)
    throw new Error(`PostgreSQL could not make its data folder:\n${made.stderr || made.error}`)
  await appendFile(join(draft, 'postgresql.conf'), SERVER_SETTINGS)
  spawnSync(join(binaries, 'bin', 'postgres'), ['--single', '-D', draft, 'postgres'], {
    ...owner.identity,
    cwd: '/',
    input: 'create database bestow;\n',
  })
  // A folder that holds something cannot be replaced by rename, so the second of two starts loses here.
  await rename(draft, folder).catch(async (error) => {
    await rm(draft, { recursive: true, force: true })
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  })
}

const SERVER_SETTINGS = `
# Written by Bestow when this database was made.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 128MB
random_page_cost = 1.1
log_min_messages = warning
`

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
  if (uid !== (owner.identity.uid ?? process.getuid?.()))
    throw new Error(`${path} belongs to another user; remove it.`)
}

/**
 * After a power cut the lock file may name a number that now belongs to another process; PostgreSQL
 * would then wait for it for ever. A lock whose process is not a PostgreSQL is removed.
 */
async function removeStaleLock(folder: string): Promise<void> {
  const running = await findServer(folder)
  if (running && !isPostgres(running.pid)) await rm(join(folder, 'postmaster.pid'), { force: true })
}

function isPostgres(pid: number): boolean {
  try {
    const name =
      process.platform === 'linux'
        ? readFileSync(`/proc/${pid}/comm`, 'utf8')
        : spawnSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).stdout
    return name.includes('postgres')
  } catch {
    // No such process: PostgreSQL removes such a lock by itself.
    return true
  }
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
    if (!existsSync(join(folder, 'postmaster.pid'))) return
    await sleep(10)
  }
}
