import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { type Migration, type MigrationProvider, Migrator } from 'kysely/migration'
import type { Db } from './database.ts'
import { areFunctionsCurrent, replaceFunctions } from './replace-functions.ts'

const FOLDER = join(import.meta.dirname, 'migrations')

const OLDEST_POSTGRES = 15

/**
 * How long a migration waits for a table that a transaction uses. Everything that comes later waits behind it, also
 * what only reads: it gives up, lets the others pass, and tries again.
 */
const LOCK_TIMEOUT_MS = 2_000
const PAUSE_MS = 1_000
const PATIENCE_MS = 10 * 60_000

/**
 * Brings the schema up to date. Two processes that start together do not both run a migration. What a newer version
 * has migrated stays: during an upgrade its processes and those of this version share the database.
 *
 * @returns the names of the migrations that ran
 */
export async function migrate(db: Db): Promise<string[]> {
  await assertVersion(db)
  const ran: string[] = []
  for (let begun = performance.now(); ; ) {
    const { pending, executed, unknown } = await compare(db)
    if (pending.length === 0) {
      await replaceFunctions(db, { isOlder: unknown.length > 0 })
      return ran
    }
    // An empty database has no other users: all at once is faster. Otherwise each holds its locks only for itself.
    const all = migrator(db, unknown)
    const { error, results = [] } = await (executed.length === 0 ? all.migrateToLatest() : all.migrateUp())
    if (error && !isLockTimeout(error)) throw failure(error, results.find(isFailed)?.migrationName)
    if (!error) {
      ran.push(...results.map(({ migrationName }) => migrationName))
      begun = performance.now()
    } else if (performance.now() - begun > PATIENCE_MS) {
      throw failure(error, results.find(isFailed)?.migrationName)
    } else await sleep(PAUSE_MS)
  }
}

/** Whether there is nothing that migrate() would do. */
export async function isCurrent(db: Db): Promise<boolean> {
  const { pending, unknown } = await compare(db)
  return pending.length === 0 && areFunctionsCurrent(db, { isOlder: unknown.length > 0 })
}

/** Whether every migration of this version has run. */
export async function isMigrated(db: Db): Promise<boolean> {
  const { pending } = await compare(db)
  return pending.length === 0
}

/** Names of migrations that this version does not have: a newer version has run them. */
export async function unknownMigrations(db: Db): Promise<string[]> {
  return (await compare(db)).unknown
}

async function compare(db: Db): Promise<{ pending: string[]; executed: string[]; unknown: string[] }> {
  const [own, executed] = await Promise.all([migrationFiles(), executedMigrations(db)])
  const names = own.map(nameOf)
  return {
    executed,
    pending: names.filter((name) => !executed.includes(name)),
    unknown: executed.filter((name) => !names.includes(name)),
  }
}

async function executedMigrations(db: Db): Promise<string[]> {
  const { rows: tables } = await sql<{ exists: boolean }>`
    select to_regclass('kysely_migration') is not null as exists`.execute(db)
  if (!tables[0]!.exists) return []
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
  return rows.map(({ name }) => name)
}

async function assertVersion(db: Db): Promise<void> {
  const { rows } = await sql<{ server_version: string }>`show server_version`.execute(db)
  const version = rows[0]!.server_version
  if (Number.parseInt(version, 10) >= OLDEST_POSTGRES) return
  throw new Error(`PostgreSQL ${OLDEST_POSTGRES} or newer is required; DATABASE_URL points to ${version}.`)
}

const isFailed = ({ status }: { status: string }): boolean => status === 'Error'

const isLockTimeout = (error: unknown): boolean => (error as { code?: string }).code === '55P03'

function failure(error: unknown, name = ''): Error {
  const reason = isLockTimeout(error)
    ? 'a transaction of another program has been using a table for a long time. End it, then migrate again'
    : (error as Error).message
  return new Error(`Migration ${name} failed: ${reason}`, { cause: error })
}

/** @param unknown names of migrations that have run and that this version does not have */
export const migrator = (db: Db, unknown: string[] = []) =>
  // A migration may come out later than one with a higher number: both began at the same time.
  new Migrator({ db, provider: provider(unknown), allowUnorderedMigrations: true })

/** SQL, or a module with `up()` where rows have to be rewritten in a way that SQL does not know. */
const provider = (unknown: string[]): MigrationProvider => ({
  async getMigrations() {
    const migrations: Record<string, Migration> = Object.fromEntries(
      unknown.map((name) => [name, { up: async () => {} }]),
    )
    for (const file of await migrationFiles()) migrations[nameOf(file)] = migrationIn(join(FOLDER, file))
    return migrations
  },
})

const migrationFiles = async (): Promise<string[]> =>
  (await readdir(FOLDER)).filter((name) => /(\.sql|(?<!\.d)\.ts|\.js)$/.test(name)).sort()

const nameOf = (file: string): string => file.replace(/\.\w+$/, '')

/** Read when it is due: each start of a process asks for all of them, and few of them are. */
const migrationIn = (path: string): Migration => ({
  async up(tx) {
    await sql`select set_config('lock_timeout', ${`${LOCK_TIMEOUT_MS}ms`}, true)`.execute(tx)
    if (path.endsWith('.sql')) {
      await sql.raw(await readFile(path, 'utf8')).execute(tx)
      return
    }
    const { up } = (await import(path)) as Migration
    await up(tx)
  },
})
