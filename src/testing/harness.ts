/**
 * For tests: a server with a database of its own, an account, and a client that checks
 * every response against the OpenAPI document.
 */
import type { FastifyInstance } from 'fastify'
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
    drain: () => drain(app, DRAINED),
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
