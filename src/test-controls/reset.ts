import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { adoptCredentials, oldestCredentials } from '../accounts/api-keys/credentials.ts'
import { createAccount, type MadeAccount } from '../accounts/create-account.ts'
import { makeDemo } from '../demo/demo.ts'
import type { App } from '../platform/app.ts'
import { type MovableClock, setClock } from '../platform/clock/clock.ts'
import { inTransaction, type Tx } from '../platform/db/database.ts'

/** How a server is to begin. */
export interface Beginning {
  /** The time of its clock; left out, that of the machine. */
  now?: Date
  /** With the content that `bestow start` makes, to try every operation on. */
  demo?: boolean
}

export interface Begun {
  client_id: string
  /** Null: that of the key before it. */
  client_secret: string | null
}

/** Tables that have rows in an empty database. */
const KEPT = ['clock', 'kysely_migration', 'kysely_migration_lock', 'function_versions']

/** Removes everything that is kept in the database, then begins as `begin()` does. The API key keeps its credentials. */
export async function reset(app: App, beginning: Beginning): Promise<Begun> {
  const kept = await inTransaction(app.db, async (tx) => {
    const credentials = await oldestCredentials(tx)
    await empty(tx)
    return credentials
  })
  const begun = await begin(app, beginning)
  if (!kept) return begun
  await inTransaction(app.db, (tx) => adoptCredentials(tx, begun.client_id, kept))
  return { client_id: kept.client_id, client_secret: null }
}

/** Sets the clock of an empty database, and makes an account with a site and an API key that may do everything. */
export async function begin(app: App, { now, demo = false }: Beginning): Promise<Begun> {
  const clock = app.clock as MovableClock
  await setClock(app.db, clock, now)
  return inTransaction(app.db, (tx) => (demo ? makeDemo(app, tx) : makeTestAccount(app, tx)))
}

/** Makes one more account, which has nothing in common with others: for tests that share a server. */
export async function addAccount(app: App): Promise<MadeAccount> {
  return inTransaction(app.db, (tx) => makeTestAccount(app, tx, `-${randomBytes(6).toString('hex')}`))
}

/** @param suffix of what there can be once only */
const makeTestAccount = (app: App, tx: Tx, suffix = '') =>
  createAccount(app, tx, {
    name: 'Test',
    ownerName: 'Olivia Owner',
    ownerEmail: `olivia${suffix}@example.com`,
    siteTitle: 'Test Site',
    subdomain: `test${suffix}`,
    now: app.clock.now(),
  })

async function empty(tx: Tx): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname = current_schema() and tablename <> all(${KEPT})`.execute(tx)
  await sql`truncate ${sql.raw(rows.map(({ name }) => name).join(', '))} restart identity cascade`.execute(tx)
}
