import { pino } from 'pino'
import { type App, createApp } from '../src/app.ts'
import { systemClock } from '../src/clock/clock.ts'
import { loadConfig } from '../src/config.ts'
import { openDatabase } from '../src/db/database.ts'
import { type Account, makeAccount, makeOffer, makeProduct } from '../src/testing/fixtures.ts'
import type { Postgres } from './postgres.ts'
import type { Environment } from './processes.ts'

/** A database of its own, with an account, an offer, and contacts whose ids follow one another. */
export interface BenchDatabase {
  /** What a process needs to work on it. */
  settings: Environment
  app: App
  account: Account
  offerId: string
  /** Adds contacts. Returns the id of the first. */
  addContacts: (count: number) => Promise<number>
  /** Brings statistics up to date, as autovacuum does within a minute, and begins with a clean log. */
  settle: () => Promise<void>
  countGrants: () => Promise<number>
  drop: () => Promise<void>
}

let made = 0

export async function createBenchDatabase(postgres: Postgres): Promise<BenchDatabase> {
  const name = `bench_${++made}`
  const settings = {
    DATABASE_URL: await postgres.createDatabase(name),
    SECRET_KEY: 'a key that is only good for measuring',
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
    addContacts: (count) => addContacts(app, account.siteId, count),
    async settle() {
      await app.pool.query('vacuum (analyze)')
      await app.pool.query('checkpoint')
    },
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

/** For making what is measured, and for calling it directly. */
function appOn(settings: Environment): App {
  return createApp({
    config: loadConfig('production', settings),
    log: pino({ level: 'warn' }, pino.destination(2)),
    clock: systemClock,
    database: openDatabase(settings.DATABASE_URL!, { size: 16, name: 'bestow bench', isPatient: true }),
    secretKey: settings.SECRET_KEY!,
    mailer: null,
  })
}

const FIRST_NAMES = ['Ada', 'Ben', 'Chloé', 'Dmitri', 'Emeka', 'Fatima', 'Grace', 'Hiro', 'Inés', 'Jonas']
const LAST_NAMES = [
  'Lovelace',
  'Carter',
  'Dubois',
  'Ivanov',
  'Okafor',
  'Haddad',
  'Hopper',
  'Tanaka',
  'García',
  'Lindqvist',
  'Moreau',
]

async function addContacts({ pool }: App, siteId: string, count: number): Promise<number> {
  const { rows } = await pool.query<{ first: number }>(
    `with added as (
       insert into contacts (site_id, name, email, subscribed, created_at, updated_at)
       select $1, ($2::text[])[1 + n % $3] || ' ' || ($4::text[])[1 + n % $5], 'person' || n || '@example.com',
              n % 2 = 0, now() - make_interval(secs => n), now()
         from generate_series(1, $6::int) n
       returning id
     ) select min(id)::int as first from added`,
    [siteId, FIRST_NAMES, FIRST_NAMES.length, LAST_NAMES, LAST_NAMES.length, count],
  )
  return rows[0]!.first
}
