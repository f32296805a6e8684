/** A PostgreSQL server for one trial, which can be killed with all its processes and started again. */
import { appendFile, chmod, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Cluster, prepareCluster } from '../../src/platform/db/embedded/cluster.ts'
import { findServer, startServer, stopServer } from '../../src/platform/db/embedded/postmaster.ts'
import { processes, until } from '../launch.ts'

export interface Postgres {
  /** For DATABASE_URL; the same after each start. */
  url: string
  /** Data folder of the cluster. */
  folder: string
  /** Starts it after a stop or a kill, and waits until it responds. @returns milliseconds */
  start: () => Promise<number>
  /** Stops it gracefully: commits are on disk, and no recovery is needed. */
  stop: () => Promise<void>
  /** kill -9 of the postmaster and of every backend, at the same time. */
  kill: () => Promise<void>
  /** Stops it and removes its data. */
  remove: () => Promise<void>
}

const made = new Set<Postgres>()

/** Removes all remaining servers, after an interruption. */
export const removeServers = () => Promise.all([...made].map((server) => server.remove()))

/**
 * Creates a server and starts it.
 *
 * @param settings lines of postgresql.conf, as in `{ synchronous_commit: 'off' }`
 */
export async function makePostgres(settings: Record<string, string> = {}): Promise<Postgres> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'bestow-trial-')))
  // When started by root, PostgreSQL runs as another user, who must have access to the folder.
  await chmod(home, 0o711)
  const cluster = await prepareCluster(home)
  const { folder } = cluster
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`)
  await appendFile(join(folder, 'postgresql.conf'), lines.join(''))
  await startServer(cluster)
  const { host, port } = (await findServer(folder))!
  const url = `postgresql:///bestow?host=${encodeURIComponent(host)}&port=${port}&user=bestow`
  await until(() => responds(url))
  const stop = () => stopServer(folder)
  const server: Postgres = {
    url,
    folder,
    stop,
    start: () => startAgain(cluster, url),
    kill: () => killAll(folder),
    async remove() {
      await stop()
      await rm(home, { recursive: true, force: true })
      made.delete(server)
    },
  }
  made.add(server)
  return server
}

async function startAgain(cluster: Cluster, url: string): Promise<number> {
  const begun = performance.now()
  await startServer(cluster)
  await until(() => responds(url))
  return performance.now() - begun
}

async function responds(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

/** The postmaster is paused first: it would stop its other processes gracefully, or start new ones. */
async function killAll(folder: string): Promise<void> {
  const running = await findServer(folder)
  if (!running) throw new Error(`no server runs on ${folder}`)
  process.kill(running.pid, 'SIGSTOP')
  const family = processes().filter(({ pid, parent }) => parent === running.pid || pid === running.pid)
  const pids = family.map(({ pid }) => pid).sort((one) => (one === running.pid ? 1 : -1))
  for (const pid of pids) kill(pid)
  // The shared memory exists as long as one of them runs, and a new server would refuse to start.
  const isLeft = () => processes().some(({ pid }) => pids.includes(pid))
  for (const end = Date.now() + 30_000; isLeft(); await sleep(10)) {
    if (Date.now() > end) throw new Error(`processes of ${folder} survive kill -9`)
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // A backend may have exited before.
  }
}
