import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { type Migration, type MigrationProvider, Migrator } from 'kysely/migration'
import { VERSION } from '../version.ts'
import { type Db, inTransaction } from './database.ts'

const here = import.meta.dirname

/** Functions are replaced whenever their text changes; in this order, since SQL functions name each other. */
const FUNCTIONS = [
  '../../grants/replaced_functions.sql',
  './days.sql',
  './currency_decimals.sql',
  '../../grants/grant_types.sql',
  '../events/record_events.sql',
  '../auth/authenticate.sql',
  '../records/reserve_id.sql',
  '../../people/custom-fields/contacts_without_value.sql',
  '../../people/custom-fields/count_with_value.sql',
  '../http/claim_idempotency_keys.sql',
  '../../catalogue/course-progress/counted_lessons.sql',
  '../../grants/close_expired_grants.sql',
  '../../grants/renew_grants.sql',
  '../../grants/grant_offers.sql',
  '../../grants/revoke_offers.sql',
  '../../grants/replace_offers.sql',
  '../../grants/change_offers.sql',
  '../../emails/email_html.sql',
  '../events/claim_events.sql',
].map((path) => join(here, path))

const OLDEST_POSTGRES = 15

/**
 * Brings the schema up to date. Two processes that start together do not both run a migration.
 *
 * @returns the names of the migrations that ran
 */
export async function migrate(db: Db): Promise<string[]> {
  await assertVersion(db)
  const { error, results = [] } = await migrator(db).migrateToLatest()
  if (error) {
    const failed = results.find(({ status }) => status === 'Error')
    throw new Error(`Migration ${failed?.migrationName ?? ''} failed: ${(error as Error).message}`, {
      cause: error,
    })
  }
  await replaceFunctions(db)
  return results.map(({ migrationName }) => migrationName)
}

/** Whether every migration of this version has run. */
export async function isMigrated(db: Db): Promise<boolean> {
  const migrations = await migrator(db).getMigrations()
  return migrations.every(({ executedAt }) => executedAt !== undefined)
}

async function assertVersion(db: Db): Promise<void> {
  const { rows } = await sql<{ server_version: string }>`show server_version`.execute(db)
  const version = rows[0]!.server_version
  if (Number.parseInt(version, 10) >= OLDEST_POSTGRES) return
  throw new Error(`PostgreSQL ${OLDEST_POSTGRES} or newer is required; DATABASE_URL points to ${version}.`)
}

/** For tests that stop half-way; everybody else calls migrate(). */
export const migrator = (db: Db) => new Migrator({ db, provider: files(join(here, 'migrations')) })

/** SQL, or a module with `up()` where rows have to be rewritten in a way that SQL does not know. */
function files(folder: string): MigrationProvider {
  return {
    async getMigrations() {
      const names = (await readdir(folder)).filter((name) => /(\.sql|(?<!\.d)\.ts|\.js)$/.test(name)).sort()
      const migrations: Record<string, Migration> = {}
      for (const file of names) {
        const path = join(folder, file)
        migrations[file.replace(/\.\w+$/, '')] = file.endsWith('.sql') ? sqlFile(path) : module(path)
      }
      return migrations
    },
  }
}

// Both are read when they are due: each start of a process asks for all of them, and few of them are.
const sqlFile = (path: string): Migration => ({
  async up(tx) {
    await sql.raw(await readFile(path, 'utf8')).execute(tx)
  },
})

const module = (path: string): Migration => ({
  async up(tx) {
    const { up } = (await import(path)) as Migration
    await up(tx)
  },
})

/**
 * Replaced only when changed, since that throws away their plans in every session, and never by an older
 * release: while processes are being replaced, both are there.
 */
async function replaceFunctions(db: Db): Promise<void> {
  const texts = await Promise.all(FUNCTIONS.map((file) => readFile(file, 'utf8')))
  const hash = createHash('sha256').update(texts.join('\n')).digest('hex')
  const release = VERSION.split(/\D/).map(Number)
  await inTransaction(db, async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('bestow functions'))`.execute(tx)
    await sql`create table if not exists function_versions (hash text primary key, release integer[] not null)`.execute(
      tx,
    )
    const { rows } = await sql`
      select from function_versions where hash = ${hash} or release > ${release}::integer[]`.execute(tx)
    if (rows.length > 0) return
    for (const text of texts) await sql.raw(text).execute(tx)
    await sql`delete from function_versions`.execute(tx)
    await sql`insert into function_versions values (${hash}, ${release}::integer[])`.execute(tx)
  })
}
