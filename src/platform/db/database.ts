import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely'
import pg from 'pg'
import type { DB } from './types.ts'

export type Db = Kysely<DB>
export type Tx = Transaction<DB>

/** How to reach PostgreSQL: an address, or the parts of one. */
export type Connection = string | { host: string; port: number; user: string; database: string }

export interface Database {
  kysely: Db
  pool: pg.Pool
  close: () => Promise<void>
}

export interface DatabaseOptions {
  /** Most connections at once. */
  size: number
  /** Shown in pg_stat_activity. */
  name: string
  onError?: (error: Error) => void
  /** For work that may take long, as migrations do. */
  isPatient?: boolean
  /** Keeps a connection when there is nothing to do: others see that the process runs. */
  keepsOne?: boolean
}

/** How long a request waits for a free connection before it fails with "database unavailable". */
const CONNECT_TIMEOUT_MS = 5_000
/** What a statement may take; a database that hangs is reported as unavailable. */
const STATEMENT_TIMEOUT_MS = 10_000
/** Later than the database's own limit, for when it does not even answer that. */
const ANSWER_TIMEOUT_MS = 12_000

/** Opens a pool; connections are made when they are first needed. 64-bit integers arrive as strings. */
export function openDatabase(
  connection: Connection,
  { size, name, onError, isPatient = false, keepsOne = false }: DatabaseOptions,
): Database {
  const pool = new pg.Pool({
    ...connectionConfig(connection),
    max: size,
    min: keepsOne ? 1 : 0,
    application_name: name,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    ...(!isPatient && { statement_timeout: STATEMENT_TIMEOUT_MS, query_timeout: ANSWER_TIMEOUT_MS }),
  })
  // A connection that breaks while idle is replaced at its next use.
  pool.on('error', (error) => {
    if (!pool.ending) onError?.(error)
  })
  // One that breaks while in use fails at its query; without a listener it would end the process.
  pool.on('connect', (client) => client.on('error', () => {}))
  const kysely = new Kysely<DB>({ dialect: new PostgresDialect({ pool }) })
  return { kysely, pool, close: () => kysely.destroy() }
}

export function connectionConfig(connection: Connection): pg.PoolConfig {
  return typeof connection === 'string' ? { connectionString: connection } : { ...connection }
}

/** Deadlock found, serialization failure: PostgreSQL rolled back the transaction, and it can be retried. */
const isRetryableConflict = (error: unknown): boolean =>
  ['40P01', '40001'].includes((error as { code?: string }).code ?? '')

/**
 * Runs `work` in one transaction: all or nothing. The only place that commits; functions that need a transaction
 * take it as a parameter. Deadlocks are retried, so `work` must have no effects outside the database.
 */
export async function inTransaction<Result>(db: Db, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  return retryingDeadlocks(() => db.transaction().execute(work))
}

/** Carries a result out of a transaction that is rolled back. */
class RolledBack<Result> {
  readonly result: Result

  constructor(result: Result) {
    this.result = result
  }
}

/** Runs `work` in a transaction that is always rolled back: only `work` sees what it writes. */
export async function inRolledBackTransaction<Result>(
  db: Db,
  work: (tx: Tx) => Promise<Result>,
): Promise<Result> {
  try {
    return await inTransaction(db, async (tx) => {
      throw new RolledBack(await work(tx))
    })
  } catch (error) {
    if (error instanceof RolledBack) return error.result
    throw error
  }
}

/**
 * Runs a query for the first rows of a queue, in the order of an index. The planner estimates the length of a queue
 * from the last ANALYZE, and would read and sort all of it: the longer the queue, the slower.
 *
 * Before PostgreSQL 18, a plan that sorts nevertheless gets such a high cost that it would be JIT-compiled, for
 * seconds.
 */
export async function withoutSorting<Result>(tx: Tx, query: () => Promise<Result>): Promise<Result> {
  await sql`select set_config('enable_sort', 'off', true), set_config('jit', 'off', true)`.execute(tx)
  const result = await query()
  await sql`select set_config('enable_sort', 'on', true)`.execute(tx)
  return result
}

export async function retryingDeadlocks<Result>(work: () => Promise<Result>, attempts = 5): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === attempts || !isRetryableConflict(error)) throw error
    }
  }
}

/** Whether `error` means that the database is unreachable, shut down or hangs, as opposed to rejecting a statement. */
export function isUnavailable(error: unknown): boolean {
  if (isDiskFull(error)) return true
  const { code, message, syscall } = error as { code?: unknown; message?: unknown; syscall?: unknown }
  if (typeof code === 'string') {
    // Connection exceptions, shutdown and start-up, too many connections, read-only after a failover, timeout.
    if (/^(08|57P0|53[0-9]{3}|25006|57014)/.test(code)) return true
    if (NETWORK_ERRORS.includes(code) || (code === 'ENOENT' && syscall === 'connect')) return true
  }
  return (
    typeof message === 'string' &&
    /connection terminated|timeout exceeded when trying to connect|not queryable|query read timeout/i.test(
      message,
    )
  )
}

const NETWORK_ERRORS = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]

/** Whether `error` means that the database has no disk space left: also a PANIC, with which PostgreSQL ends for lack of it. */
export function isDiskFull(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown }
  return code === '53100' || (typeof message === 'string' && /No space left on device/.test(message))
}

/** isUnavailable() without statement timeouts: a smaller batch of the same work may still succeed. */
export const isConnectionLost = (error: unknown): boolean =>
  isUnavailable(error) && (error as { code?: string }).code !== '57014'

/** Pause before work that found the database unreachable is repeated. */
const AVAILABLE_POLL_MS = 250

/** Repeats `work` while the database is unreachable, for so long; then it throws the error. */
export async function whenAvailable<Result>(
  work: () => Promise<Result>,
  patienceMs: number,
): Promise<Result> {
  for (const begun = performance.now(); ; await sleep(AVAILABLE_POLL_MS)) {
    try {
      return await work()
    } catch (error) {
      if (!isUnavailable(error) || performance.now() - begun > patienceMs) throw error
    }
  }
}

/**
 * Runs `work` in a savepoint: when it fails, its writes are rolled back and `recover` records why, in the same
 * transaction. A lost connection or a retryable conflict ends the whole transaction.
 */
export async function withSavepoint<Result>(
  tx: Tx,
  work: () => Promise<Result>,
  recover: (error: Error) => Promise<Result>,
): Promise<Result> {
  await sql`savepoint before_work`.execute(tx)
  try {
    return await work()
  } catch (error) {
    if (isConnectionLost(error) || isRetryableConflict(error)) throw error
    await sql`rollback to savepoint before_work`.execute(tx)
    return recover(error as Error)
  }
}

/**
 * Runs `work` in a savepoint that is always rolled back, which also releases the locks that it has taken.
 */
export async function inRolledBackSavepoint<Result>(tx: Tx, work: () => Promise<Result>): Promise<Result> {
  await sql`savepoint before_trial`.execute(tx)
  const result = await work()
  await sql`rollback to savepoint before_trial`.execute(tx)
  await sql`release savepoint before_trial`.execute(tx)
  return result
}

/** Whether `error` is a violation of the unique index or the check of this name. */
export function violates(error: unknown, name: string): boolean {
  const { code = '', constraint } = error as { code?: string; constraint?: string }
  return ['23505', '23514'].includes(code) && constraint === name
}

/** For `where('site_id', '=', anyOf(siteIds))`: unlike `in`, it can be empty. */
export const anyOf = (ids: string[]) => sql<string>`any (${ids}::bigint[])`
