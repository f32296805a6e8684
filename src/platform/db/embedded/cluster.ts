import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { appendFile, mkdir, readlink, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { restrictAccess } from './access.ts'
import { prepareBinaries } from './binaries.ts'
import { findOwner, type Owner } from './owner.ts'

export interface Cluster {
  folder: string
  binaries: string
  owner: Owner
  /** A server that an earlier release left running still goes by its old rules about who may connect. */
  hasNewRules: boolean
}

/** Where root keeps what an unprivileged user must reach. */
export const ROOT_STORE = '/var/lib/bestow'

/**
 * Makes sure that `dataDir` has a database cluster, and says where it is. Safe to call from several
 * processes at once: the cluster is made aside and moved into place, and the first one wins.
 */
export async function prepareCluster(dataDir: string): Promise<Cluster> {
  const owner = findOwner()
  // The borrowed user must get to what is made for it, also where root keeps its files to itself.
  const umask = owner.isBorrowed ? process.umask(0o022) : null
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o711 })
    const relocated = owner.isBorrowed && !owner.canEnter(dataDir)
    const binaries = await prepareBinaries(owner, owner.isBorrowed ? ROOT_STORE : dataDir)
    const folder = relocated ? await relocatedFolder(dataDir) : join(dataDir, 'postgres')
    if (!existsSync(join(folder, 'PG_VERSION'))) await initialise(folder, binaries, owner)
    return { folder, binaries, owner, hasNewRules: await restrictAccess(folder, owner) }
  } finally {
    if (umask !== null) process.umask(umask)
  }
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
  return await readlink(link).catch(() => {
    throw new Error(
      `${link} was made while the user that PostgreSQL runs as could get there, and now it cannot. Let others enter the folders above it (chmod o+x), or set another DATA_DIR.`,
    )
  })
}

async function initialise(folder: string, binaries: string, owner: Owner): Promise<void> {
  const draft = `${folder}.${randomUUID()}`
  try {
    await mkdir(draft, { mode: 0o700 })
    await owner.take(draft)
    await runTool(join(binaries, 'bin', 'initdb'), ['--pgdata', draft, ...INITDB_OPTIONS], owner)
    await appendFile(join(draft, 'postgresql.conf'), SERVER_SETTINGS)
    const single = ['--single', '-D', draft, 'postgres']
    await runTool(join(binaries, 'bin', 'postgres'), single, owner, 'create database bestow;\n')
    await restrictAccess(draft, owner)
    // A folder that holds something cannot be replaced by rename, so the second of two starts loses here.
    await rename(draft, folder).catch((error) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/** In a process group of its own: Ctrl-C reaches Bestow only, which then stops when this has ended. */
async function runTool(tool: string, args: string[], { identity }: Owner, input = ''): Promise<void> {
  const child = spawn(tool, args, {
    ...identity,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  child.stdin.end(input)
  const [status, complaint] = await Promise.all([ended, text(child.stderr)])
  if (status !== 0) throw new Error(`PostgreSQL could not make its data folder: ${complaint.trim()}`)
}

const INITDB_OPTIONS = [
  ['--username', 'bestow'],
  ['--auth', 'peer'],
  ['--encoding', 'UTF8'],
  ['--locale', 'C'],
  // Orders as C does, and knows upper and lower case beyond ASCII.
  ['--locale-provider', 'builtin'],
  ['--builtin-locale', 'C.UTF-8'],
  ['--no-instructions'],
].flat()

const SERVER_SETTINGS = `
# Written by Bestow when this database was made.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 128MB
random_page_cost = 1.1
timezone = 'UTC'
log_min_messages = warning
`
