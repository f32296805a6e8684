import { createBenchDatabase } from '../database.ts'
import type { Bench, Figure } from '../figure.ts'
import { OPEN_CONNECTIONS } from './grants-plan.ts'
import { CONTACTS, serveGrants } from './serve-grants.ts'

/** Until then Node compiles frequently called functions for the second time. */
const WARMUP_SECONDS = 10

/** Latency of a grant at half of the highest rate, with requests by schedule. */
export const latency: Figure = {
  keys: ['d'],
  needs: ['c'],
  async measure(bench: Bench) {
    const perSecond = bench.results.get('c')!.value / 2
    const database = await createBenchDatabase(bench.postgres)
    await database.contacts.fill(CONTACTS)
    const { report } = await serveGrants(bench, database, {
      loop: { kind: 'open', perSecond },
      connections: OPEN_CONNECTIONS,
      warmupSeconds: WARMUP_SECONDS,
    })
    await database.drop()
    const { measured, seconds, statuses, mostAtOnce } = report
    const { p50, p95, p99, max } = report.latency
    return [
      {
        key: 'd',
        what: `latency of a grant at ${Math.round(perSecond)} a second, p99`,
        value: p99,
        unit: 'ms',
        seconds,
        statuses,
        details: { p50, p95, p99, max, measured, 'most at once': mostAtOnce },
      },
    ]
  },
}
