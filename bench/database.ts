import { pino } from 'pino'
import type { App } from '../src/platform/app.ts'
import { systemClock } from '../src/platform/clock/clock.ts'
import { loadConfig } from '../src/platform/config.ts'
import { openDatabase } from '../src/platform/db/database.ts'
import { createApp } from '../src/server/create-app.ts'
import { type Account, makeAccount, makeOffer, makeProduct } from '../src/testing/fixtures.ts'
import { type Contacts, contactsOf } from './contacts.ts'
import type { Postgres } from './postgres.ts'
import type { Environment } from './processes.ts'

/** A database of its own with an account, an offer and, at first, no contacts. */
export interface BenchDatabase {
  /** The settings of a process that works on it. */
  settings: Environment
  app: App
  account: Account
  offerId: string
  contacts: Contacts
  countGrants: () => Promise<number>
  drop: () => Promise<void>
}

let made = 0

export async function createBenchDatabase(postgres: Postgres): Promise<BenchDatabase> {
  const name = `bench_${++made}`
  const settings = {
    DATABASE_URL: await postgres.createDatabase(name),
    SECRET_KEY: 'a secret key for measurements only',
    PUBLIC_URL: 'http://127.0.0.1:3000',
  }
  const app = appOn(settings)
  const account = await makeAccount(app)
  const product = await makeProduct(app, account.siteId)
  return {
    settings,
    app,
    account,
    offerId: await makeOffer(app, account.siteId, { productIds: [product] }),
    contacts: contactsOf(app, account.siteId),
    async countGrants() {
      const { rows } = await app.pool.query<{ count: number }>(
        'select count(*)::int as count from offer_grants',
      )
      return rows[0]!.count
    },
    async drop() {
      await app.db.destroy()
      await postgres.dropDatabase(name)
    },
  }
}

/** For creating data, and for calling use cases directly. */
export function appOn(settings: Environment): App {
  return createApp({
    config: loadConfig('production', settings),
    log: pino({ level: 'warn' }, pino.destination(2)),
    clock: systemClock,
    database: openDatabase(settings.DATABASE_URL!, { size: 16, name: 'bestow bench', isPatient: true }),
    secretKey: settings.SECRET_KEY!,
    mailer: null,
    mailDomains: null,
  })
}
