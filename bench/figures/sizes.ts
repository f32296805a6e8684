import { audit } from '../audit.ts'
import { createBenchDatabase } from '../database.ts'
import type { Bench, Figure } from '../figure.ts'
import { load, type Plan } from '../load/load.ts'
import { serve } from '../server.ts'
import { grantsPlan } from './grants-plan.ts'
import { CONTACTS, rateOf, serveGrants } from './serve-grants.ts'

const FEW = 10_000
/** Enough for each connection of the server to keep its plans. */
const FIRST = 500
const HOT_TABLES = ['contacts', 'customers', 'offer_grants', 'events']

/** The rate of grants with few contacts. They are soon used up, so the warm-up is short. */
export const fewContacts: Figure = {
  keys: ['e'],
  async measure(bench: Bench) {
    const database = await createBenchDatabase(bench.postgres)
    await database.contacts.fill(FEW)
    const { report } = await serveGrants(bench, database, { warmupSeconds: 0.5 })
    await database.drop()
    return [rateOf('e 10 thousand', 'grants over HTTP, 10 thousand contacts', report)]
  },
}

/**
 * The rate of grants on a server that started with empty tables, at its worst: statements are planned when the
 * tables are empty, and nothing makes PostgreSQL plan them again while the tables grow.
 */
export const emptyStart: Figure = {
  keys: ['e'],
  async measure({ postgres, seconds }: Bench) {
    const database = await createBenchDatabase(postgres)
    const { app, account, contacts, offerId } = database
    for (const table of HOT_TABLES)
      await app.pool.query(`alter table ${table} set (autovacuum_enabled = off)`)
    const { ready, stop } = await serve(database)
    const grantToAll = (changes: Partial<Plan>) => {
      const target = { url: ready.url!, token: account.token, offerId }
      return load({ ...grantsPlan({ ...target, numbers: contacts.take(), seconds }), ...changes })
    }
    await contacts.add(FIRST)
    const first = await grantToAll({ warmupSeconds: 0 })
    await contacts.add(CONTACTS)
    const report = await grantToAll({})
    await stop()
    await audit(database, first.statuses[200]! + report.statuses[200]!)
    await database.drop()
    return [rateOf('e empty', 'grants over HTTP, from empty tables on', report)]
  },
}
