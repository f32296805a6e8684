import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Cluster, prepareCluster } from './cluster.ts'
import { type Endpoint, findServer, startServer, stopServer } from './postmaster.ts'

/** Advisory locks of the embedded database. Everybody who uses it shares the first one. */
const IN_USE = 1
/** Held by the one `bestow start` of a data folder. */
const SERVING = 2

const PATIENCE_MS = 25_000
/** A server that was killed, or is stopping, releases its lock within this time. */
const CLAIM_PATIENCE_MS = 2_000

/**
 * A process's hold on the embedded database of a data folder: the server is started when none runs
 * and adopted when one does (a killed process leaves its server behind), and the last process to let
 * go stops it.
 */
export interface Attachment {
  connection: Endpoint & { user: string; database: string }
  release: () => Promise<void>
}

export interface AttachOptions {
  /** Shown to others as the holder; at most 63 characters. */
  name: string
  /** Refuse when another process already serves this data folder. */
  serving?: boolean
  /** Called each time that a server that died could not be brought back yet. */
  onTrouble?: (error: unknown) => void
  /** Called when another process serves the data folder since the server died: leave it alone. */
  onLost?: (error: AlreadyRunningError) => void
}

/** Another `bestow start` serves this data folder. */
export class AlreadyRunningError extends Error {}

export async function attach(dataDir: string, options: AttachOptions): Promise<Attachment> {
  const cluster = await prepareCluster(dataDir)
  let holding = Promise.resolve(await takeHold(cluster, options))
  let released = false

  // The server may be killed under us: bring it back and take hold again.
  const watch = ({ client }: Hold) =>
    client.once('end', () => {
      if (released) return
      holding = takeHoldAgain(cluster, options, () => released)
      holding.then(watch, (error) => {
        if (error instanceof AlreadyRunningError) options.onLost?.(error)
      })
    })
  const { endpoint } = await holding.then((hold) => {
    watch(hold)
    return hold
  })

  return {
    connection: { ...endpoint, user: 'bestow', database: 'bestow' },
    async release() {
      released = true
      // A server that is being brought back must not be left behind.
      const hold = await holding.catch(() => null)
      if (hold) await releaseHold(cluster, hold.client)
    },
  }
}

interface Hold {
  endpoint: Endpoint
  client: pg.Client
}

async function takeHoldAgain(
  cluster: Cluster,
  options: AttachOptions,
  isReleased: () => boolean,
): Promise<Hold> {
  for (;;) {
    try {
      return await takeHold(cluster, options)
    } catch (error) {
      if (error instanceof AlreadyRunningError || isReleased()) throw error
      options.onTrouble?.(error)
    }
  }
}

async function takeHold(cluster: Cluster, options: AttachOptions): Promise<Hold> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const hold = await tryToHold(cluster, options)
    if (!(hold instanceof Error)) return hold
    if (hold instanceof AlreadyRunningError) throw hold
    if (Date.now() > deadline) {
      throw new Error(
        `The embedded PostgreSQL does not answer (${hold.message}). Its log: ${cluster.folder}.log`,
      )
    }
    await sleep(20)
  }
}

async function tryToHold(cluster: Cluster, { name, serving }: AttachOptions): Promise<Hold | Error> {
  const running = await findServer(cluster.folder)
  if (!running) {
    await startServer(cluster)
    return new Error('it did not start')
  }
  const { host, port } = running
  const client = new pg.Client({ host, port, user: 'bestow', database: 'bestow', application_name: name })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select pg_advisory_lock_shared($1)', [IN_USE])
    if (cluster.hasNewRules) await client.query('select pg_reload_conf()')
    if (serving) await claimServing(client)
    return { endpoint: { host, port }, client }
  } catch (error) {
    await client.end().catch(() => {})
    // Nobody listens there: its server was killed. While it starts or stops it does answer, with a refusal.
    if (['ECONNREFUSED', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? ''))
      await startServer(cluster)
    return error as Error
  }
}

async function claimServing(client: pg.Client): Promise<void> {
  const deadline = Date.now() + CLAIM_PATIENCE_MS
  for (;;) {
    const { rows } = await client.query('select pg_try_advisory_lock($1) as claimed', [SERVING])
    if (rows[0].claimed) return
    if (Date.now() > deadline) break
    await sleep(50)
  }
  const holder = await client.query(
    `select a.application_name as name from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.objid = $1 and l.granted`,
    [SERVING],
  )
  throw new AlreadyRunningError(holder.rows[0]?.name ?? 'bestow start')
}

/** The last one out stops the server: it alone can have the lock to itself. */
async function releaseHold(cluster: Cluster, client: pg.Client): Promise<void> {
  try {
    await client.query('select pg_advisory_unlock_shared($1)', [IN_USE])
    const { rows } = await client.query('select pg_try_advisory_lock($1) as alone', [IN_USE])
    if (rows[0].alone) await stopServer(cluster.folder)
  } finally {
    await client.end().catch(() => {})
  }
}
