/**
 * For tests: a server with a database of its own, an account, and a client that checks
 * every response against the OpenAPI document.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import pg from 'pg'
import { pino } from 'pino'
import { inject } from 'vitest'
import { routes as everyRoute, pages } from '../api.ts'
import { backgroundTasks, dispatching } from '../background.ts'
import type { App } from '../platform/app.ts'
import { allowMoving, MovableClock, setClock, systemClock } from '../platform/clock/clock.ts'
import { loadConfig, type Mode, type SettingName } from '../platform/config.ts'
import {
  type Connection,
  connectionConfig,
  type Db,
  inTransaction,
  openDatabase,
} from '../platform/db/database.ts'
import type { Route } from '../platform/http/route.ts'
import { buildServer } from '../platform/http/server.ts'
import type { MailDomains } from '../platform/mail-domains.ts'
import type { Mailer } from '../platform/mailer.ts'
import { createApp } from '../server/create-app.ts'
import { drain } from '../worker/drain.ts'
import { type Client, createClient } from './client.ts'
import { type Account, makeAccount } from './fixtures.ts'
import { databaseOn, TEMPLATE } from './global-setup.ts'
import { RecordedEvents } from './recorded-events.ts'

export interface Harness {
  app: App
  server: FastifyInstance
  /** URL of the listening server. */
  url: string
  connection: Connection
  /** An account with one site; its client has all permissions. */
  account: Account
  client: Client
  /** A client with a token of another account, or with fewer permissions, or none. */
  clientWith: (token: string | null) => Client
  /** Dispatches events: records their effects without processing them. */
  dispatch: () => Promise<number>
  /** Runs all background work: dispatching, sending, expiry. Moving the clock also cleans up. */
  drain: () => Promise<void>
  /**
   * Makes it as if it were new, in a tenth of the time: the database is empty but for another account, the clock shows
   * the real time, and the parts of `app` that a test has replaced are back.
   */
  renew: () => Promise<void>
  close: () => Promise<void>
}

export interface HarnessOptions {
  settings?: Partial<Record<SettingName, string>>
  mode?: Mode
  mailer?: Mailer | null
  mailDomains?: MailDomains | null
  /** In place of every operation of the API. */
  routes?: Route[]
  /** Returns the connection for the application, when it is not the database itself. */
  reach?: (database: Connection) => Promise<Connection>
}

/** Of all servers of this process: settings are the same then, and so is the OpenAPI document. */
const dataFolder = mkdtempSync(join(tmpdir(), 'bestow-test-data-'))
process.once('exit', () => rmSync(dataFolder, { recursive: true, force: true }))

const SECRET = 'a key that is only good for tests'

export async function startHarness({
  settings,
  mode = 'development',
  mailer = null,
  mailDomains = null,
  routes = everyRoute,
  reach = async (database) => database,
}: HarnessOptions = {}): Promise<Harness> {
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
  const database = openDatabase(await reach(connection), { size: 20, name: 'bestow test' })
  await allowMoving(database.kysely, mode === 'development')
  const app = createApp({
    config,
    log: pino({ level: config.LOG_LEVEL }),
    clock: mode === 'development' ? new MovableClock() : systemClock,
    database,
    secretKey: SECRET,
    mailer,
    mailDomains,
  })
  const server = await buildServer(app, routes, pages)
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  const account = await makeAccount(app)
  const recorded = new RecordedEvents()
  const clientWith = (token: string | null) => createClient(server, config, url, token, recorded)
  const parts = { ...app }
  const harness: Harness = {
    app,
    server,
    url,
    connection,
    account,
    client: clientWith(account.token),
    clientWith,
    dispatch: () => dispatching.run(app, () => {}),
    drain: () => drain(app, DRAINED),
    async renew() {
      await recorded.check(database.kysely, server, config)
      Object.assign(app, parts)
      await emptyDatabase(database.kysely)
      if (app.clock instanceof MovableClock) await setClock(database.kysely, app.clock)
      harness.account = await makeAccount(app)
      harness.client = clientWith(harness.account.token)
    },
    async close() {
      await server.close()
      await recorded.check(database.kysely, server, config).finally(() => database.close())
    },
  }
  return harness
}

/** Cleaning up takes as long as all the rest, and there is nothing to remove before the clock has moved. */
const DRAINED = backgroundTasks.filter(({ name }) => name !== 'clean up')

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

/** A database without any table. */
export const createBareDatabase = (): Promise<Connection> => createDatabase('template1')

/**
 * A new database.
 *
 * @param template name of the database that it is a copy of, to which nobody is connected; by default a migrated,
 *   empty one
 */
export async function createDatabase(template = TEMPLATE): Promise<Connection> {
  const server = inject('postgres')
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const client = new pg.Client(connectionConfig(server))
  await client.connect()
  // Only one connection at a time may copy a template.
  await client.query('select pg_advisory_lock(1234567)')
  await client.query(`create database ${name} template ${template}`)
  await client.end()
  return databaseOn(server, name)
}
