/** The server of a harness, which the next test file of the same process takes over. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import { pino } from 'pino'
import { routes as everyRoute, pages } from '../api.ts'
import type { App } from '../platform/app.ts'
import { allowMoving, MovableClock, setClock, systemClock } from '../platform/clock/clock.ts'
import { type Config, loadConfig, type Mode, type SettingName } from '../platform/config.ts'
import {
  type Connection,
  type Database,
  type Db,
  inTransaction,
  openDatabase,
} from '../platform/db/database.ts'
import type { Route } from '../platform/http/route.ts'
import { buildServer } from '../platform/http/server.ts'
import type { MailDomains } from '../platform/mail-domains.ts'
import type { Mailer } from '../platform/mailer.ts'
import { createApp } from '../server/create-app.ts'
import { createDatabase } from './test-database.ts'

export interface ServerOptions {
  settings?: Partial<Record<SettingName, string>>
  mode?: Mode
  mailer?: Mailer | null
  mailDomains?: MailDomains | null
  /** In place of every operation of the API. */
  routes?: Route[]
  /** Returns the connection for the application, when it is not the database itself. */
  reach?: (database: Connection) => Promise<Connection>
  /** One that no test has used: for tests that count the pages which are read, or know the ids. */
  isNew?: boolean
}

export interface TestServer {
  app: App
  server: FastifyInstance
  /** URL of the listening server. */
  url: string
  config: Config
  connection: Connection
  database: Database
  /** Makes it as if it were new: an empty database, the real time, and the parts of `app` that a test has replaced. */
  renew: () => Promise<void>
  /** Keeps it for the next test file that asks for the same options; a server that differs from a new one is stopped. */
  release: () => Promise<void>
  stop: () => Promise<void>
}

/** Of all servers of this process: settings are the same then, and so is the OpenAPI document. */
const dataFolder = mkdtempSync(join(tmpdir(), 'bestow-test-data-'))
process.once('exit', () => rmSync(dataFolder, { recursive: true, force: true }))

const SECRET = 'a key that is only good for tests'

/** Servers that no test file uses now, by their options. Starting one takes five times as long as renewing one. */
const unused = new Map<string, TestServer>()
const MOST_UNUSED = 4

/** A listening server on an empty database. */
export async function takeServer(options: ServerOptions): Promise<TestServer> {
  const key = keyOf(options)
  const known = key && !options.isNew && unused.get(key)
  if (!known) return startServer(options, key)
  unused.delete(key)
  await known.renew()
  return known
}

/** What two servers that can replace each other have in common; null for a server with parts of the test's own. */
function keyOf({ settings, mode, isNew: _, ...parts }: ServerOptions): string | null {
  const isPlain = Object.values(parts).every((part) => !part)
  return isPlain ? JSON.stringify([mode, settings ?? {}]) : null
}

async function startServer(
  { settings, mode = 'development', mailer, mailDomains, routes, reach }: ServerOptions,
  key: string | null,
): Promise<TestServer> {
  const connection = await createDatabase()
  const config = loadConfig(mode, {
    SECRET_KEY: SECRET,
    LOG_LEVEL: 'fatal',
    DATA_DIR: dataFolder,
    // Except in tests of its cost, hashing only takes time.
    PASSWORD_COST: mode === 'production' ? undefined : '10',
    // Nobody answers there, unless a test starts the fake.
    STRIPE_API_URL: 'http://127.0.0.1:9',
    PUBLIC_URL: mode === 'production' ? 'https://members.example.com' : undefined,
    ...settings,
  })
  const reached = (await reach?.(connection)) ?? connection
  const database = openDatabase(reached, { size: 20, name: 'bestow test' })
  await allowMoving(database.kysely, mode === 'development')
  const app = createApp({
    config,
    log: pino({ level: config.LOG_LEVEL }),
    clock: mode === 'development' ? new MovableClock() : systemClock,
    database,
    secretKey: SECRET,
    mailer: mailer ?? null,
    mailDomains: mailDomains ?? null,
  })
  const server = await buildServer(app, routes ?? everyRoute, pages)
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  const parts = { ...app }
  const fingerprint = key && (await fingerprintOf(database.kysely))
  const started: TestServer = {
    app,
    server,
    url,
    config,
    connection,
    database,
    async renew() {
      Object.assign(app, parts)
      await emptyDatabase(database.kysely)
      if (app.clock instanceof MovableClock) await setClock(database.kysely, app.clock)
    },
    async release() {
      const isLikeNew = key && (await fingerprintOf(database.kysely)) === fingerprint
      await (isLikeNew ? keep(key, started) : started.stop())
    },
    async stop() {
      await server.close()
      await database.close()
    },
  }
  return started
}

/** The one that has been unused for longest is stopped when there are too many. */
async function keep(key: string, started: TestServer): Promise<void> {
  await unused.get(key)?.stop()
  unused.delete(key)
  unused.set(key, started)
  const [oldest] = unused
  if (unused.size <= MOST_UNUSED || !oldest) return
  unused.delete(oldest[0])
  await oldest[1].stop()
}

/**
 * Differs after a change of the schema, of a function, a trigger or the settings of the database, after ANALYZE, and
 * when the files of the database have grown.
 */
async function fingerprintOf(db: Db): Promise<string> {
  const changing = [
    'pg_class',
    'pg_attribute',
    'pg_proc',
    'pg_trigger',
    'pg_constraint',
    'pg_db_role_setting',
  ]
  const versions = changing.map(
    (name) => sql`(select concat(count(*), ' ', sum(xmin::text::bigint)) from ${sql.ref(name)})`,
  )
  const { rows } = await sql<{ text: string }>`
    select concat_ws(',', ${sql.join(versions)}, (select count(*) from pg_statistic),
                     pg_database_size(current_database()) > 60 * 1024 * 1024) as text`.execute(db)
  return rows[0]!.text
}

/** Tables with rows in a new database. */
const INSTALLED = ['clock', 'function_versions', 'kysely_migration', 'kysely_migration_lock']

/** Removes every row, without what triggers and foreign keys would do. Ids go on, so that no cache takes one for another. */
const emptyDatabase = (db: Db) =>
  inTransaction(db, async (tx) => {
    await sql`set local session_replication_role = replica`.execute(tx)
    const { rows } = await sql<{ name: string }>`
      select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`.execute(
      tx,
    )
    const tables = rows.map(({ name }) => name).filter((name) => !INSTALLED.includes(name))
    const text = tables.map((name) => `delete from "${name}"`).join(';')
    await sql.raw(text).execute(tx)
  })
