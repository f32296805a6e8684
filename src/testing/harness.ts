/**
 * For tests: a server with a database of its own, an account, and a client that checks
 * every response against the OpenAPI document.
 */
import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import { backgroundTasks, dispatching } from '../background.ts'
import type { App } from '../platform/app.ts'
import type { Connection } from '../platform/db/database.ts'
import { drain } from '../worker/drain.ts'
import { type Client, createClient } from './client.ts'
import { type Account, makeAccount } from './fixtures.ts'
import { databaseName } from './global-setup.ts'
import { RecordedEvents } from './recorded-events.ts'
import { type ServerOptions, takeServer } from './test-server.ts'

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
  /** Closes it. @returns the name of its database, of which `createDatabase` makes copies */
  toTemplate: () => Promise<string>
}

/** A harness whose server is a new one, or one that another test file of this process no longer uses. */
export async function startHarness(options: ServerOptions = {}): Promise<Harness> {
  const started = await takeServer(options)
  const { app, server, url, config, connection, database } = started
  const account = await makeAccount(app)
  const recorded = new RecordedEvents()
  const clientWith = (token: string | null) => createClient(server, config, url, token, recorded)
  const harness: Harness = {
    app,
    server,
    url,
    connection,
    account,
    client: clientWith(account.token),
    clientWith,
    dispatch: () => dispatching.run(app, () => {}),
    drain: () => drainOpen(app),
    async renew() {
      await recorded.check(database.kysely, server, config)
      await started.renew()
      harness.account = await makeAccount(app)
      harness.client = clientWith(harness.account.token)
    },
    async close() {
      await recorded.check(database.kysely, server, config).finally(() => started.release())
    },
    async toTemplate() {
      await recorded.check(database.kysely, server, config).finally(() => started.stop())
      return databaseName(connection)
    },
  }
  return harness
}

/** Cleaning up takes as long as all the rest, and there is nothing to remove before the clock has moved. */
const DRAINED = backgroundTasks.filter(({ name }) => name !== 'clean up')

/**
 * As drain(), without asking tasks whose schedule has no rows, which is most of them and most of the time, until no
 * further ones have rows.
 */
async function drainOpen(app: App): Promise<void> {
  const open = new Set(await openTasks(app))
  for (;;) {
    await drain(
      app,
      DRAINED.filter(({ name, schedule }) => !schedule || open.has(name)),
    )
    const further = (await openTasks(app)).filter((name) => !open.has(name))
    if (further.length === 0) return
    for (const name of further) open.add(name)
  }
}

const SCHEDULED = DRAINED.filter(({ schedule }) => schedule)

/** The names of the tasks with rows that are, or become, due. */
async function openTasks({ db }: App): Promise<string[]> {
  const all = SCHEDULED.map(
    ({ name, schedule }) =>
      sql`select ${name} as name where exists (select from ${sql.table(schedule!.table)} where ${schedule!.isOpen})`,
  )
  const { rows } = await sql<{ name: string }>`${sql.join(all, sql` union all `)}`.execute(db)
  return rows.map(({ name }) => name)
}
