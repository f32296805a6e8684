import type { BenchDatabase } from '../database.ts'
import type { Result } from '../figure.ts'
import { load } from '../load/load.ts'
import { serve } from '../server.ts'

export const MILLION = 1_000_000
const SECONDS = 3

export interface List {
  key: string
  what: string
  /** `{n}` is a number from 1 to `upTo`. */
  path: string
}

/** The time that lists take, of which there are a million: one request at a time. */
export async function askForLists(database: BenchDatabase, lists: List[], upTo = MILLION): Promise<Result[]> {
  const { ready, stop } = await serve(database)
  const results: Result[] = []
  for (const { key, what, path } of lists) {
    const { latency, measured, seconds, statuses } = await load({
      url: ready.url!,
      token: database.account.token,
      loop: { kind: 'closed' },
      connections: 1,
      warmupSeconds: 1,
      seconds: SECONDS,
      requests: {
        method: 'GET',
        paths: [path],
        // A prime number, so that consecutive numbers are not adjacent.
        numbers: { first: 1, count: upTo, step: 7_919 },
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
