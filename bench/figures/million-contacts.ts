import { type BenchDatabase, createBenchDatabase } from '../database.ts'
import type { Bench, Figure, Result } from '../figure.ts'
import { load } from '../load/load.ts'
import { serve } from '../server.ts'
import { rateOf, serveGrants } from './serve-grants.ts'

const MILLION = 1_000_000
const SECONDS = 3

/** The requested lists; `{n}` is a number in the e-mail of a contact. */
const LISTS = [
  { key: 'f list', what: 'first page of contacts', query: '' },
  { key: 'f email', what: 'contact with an e-mail', query: '?filter[email]=person{n}@example.com' },
  { key: 'f search', what: 'search for what few have', query: '?filter[search]=son{n}' },
  { key: 'f common', what: 'search for what many have', query: '?filter[search]=velac' },
]

/** The rate of grants with a million contacts, and the time to find some of them. */
export const millionContacts: Figure = {
  keys: ['e', 'f'],
  async measure(bench: Bench) {
    const database = await createBenchDatabase(bench.postgres)
    await database.contacts.fill(MILLION)
    const { report } = await serveGrants(bench, database)
    const lists = await askForLists(database)
    await database.drop()
    return [rateOf('e million', 'grants over HTTP, a million contacts', report), ...lists]
  },
}

/** One request at a time. */
async function askForLists(database: BenchDatabase): Promise<Result[]> {
  const { ready, stop } = await serve(database)
  const results: Result[] = []
  for (const { key, what, query } of LISTS) {
    const { latency, measured, seconds, statuses } = await load({
      url: ready.url!,
      token: database.account.token,
      loop: { kind: 'closed' },
      connections: 1,
      warmupSeconds: 1,
      seconds: SECONDS,
      requests: {
        method: 'GET',
        paths: [`/v1/contacts${query}`],
        // A prime number, so that consecutive e-mails are not adjacent.
        numbers: { first: 1, count: MILLION, step: 7_919 },
      },
    })
    const { p50, p95, max } = latency
    results.push({
      key,
      what: `${what}, of a million, p95`,
      value: p95,
      unit: 'ms',
      seconds,
      statuses,
      details: { p50, p95, max, measured },
    })
  }
  await stop()
  return results
}
