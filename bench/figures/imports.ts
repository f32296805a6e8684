import { setTimeout as sleep } from 'node:timers/promises'
import { audit } from '../audit.ts'
import { type BenchDatabase, createBenchDatabase } from '../database.ts'
import type { Bench, Figure, Result } from '../figure.ts'
import { load, type Numbers } from '../load/load.ts'
import { residentMegabytes } from '../machine.ts'
import { serve, work } from '../server.ts'
import { countUndispatched } from './backlog.ts'
import { grantsPlan } from './grants-plan.ts'

const ROWS = 100_000
/** For grants before and during the import. */
const CONTACTS = 300_000

/**
 * A file of contacts with two tags and a product each, from the request until its last row is imported, while other
 * contacts get grants over HTTP as fast as they can; and the rate of these before it began.
 */
export const imports: Figure = {
  keys: ['t'],
  async measure({ postgres, seconds: wanted }: Bench) {
    const database = await createBenchDatabase(postgres)
    await database.contacts.fill(CONTACTS)
    const worker = await work(database)
    const server = await serve(database)
    const url = server.ready.url!
    const grant = granting(database, url, wanted)
    await grant()
    const bare = grant.measured()
    const memory = watchMemory([server.pid, worker.pid])
    const begun = performance.now()
    await upload(database, url)
    const stored = (performance.now() - begun) / 1_000
    while (await isUnfinished(database)) await grant()
    const finished = await readSeconds(database)
    const during = grant.measured()
    const peaks = await memory.stop()
    // The audit finds events that have waited for a minute; e-mails may wait.
    while ((await countUndispatched(database)) > 0) await sleep(100)
    await server.stop()
    await worker.stop()
    await audit(database, grant.granted() + ROWS)
    await database.drop()
    const rate = { unit: '/s', seconds: wanted } as const
    const results: Result[] = [
      {
        key: 't',
        what: `an import of ${ROWS.toLocaleString('en')} contacts with tags and products, beside grants`,
        value: finished,
        unit: 's',
        seconds: finished,
        details: { 'seconds until it is stored': stored },
      },
      { key: 't rate', what: 'grants over HTTP during the import', value: during, ...rate },
      { key: 't bare', what: 'grants over HTTP before the import', value: bare, ...rate },
      {
        key: 't memory',
        what: 'memory of the worker during the import, at most',
        value: peaks[1]!,
        unit: 'MB',
        seconds: finished,
        details: { 'of the serving process': peaks[0]! },
      },
    ]
    return results
  },
}

/** Grants to contact after contact, for some seconds each time. */
function granting({ account, offerId, contacts }: BenchDatabase, url: string, seconds: number) {
  let numbers: Numbers = contacts.take()
  let [granted, measured, measuredSeconds] = [0, 0, 0]
  const grant = async () => {
    const report = await load(grantsPlan({ url, token: account.token, offerId, numbers, seconds }))
    const used = report.statuses[200]!
    numbers = { ...numbers, first: numbers.first + used, count: numbers.count - used }
    granted += used
    measured += report.measured
    measuredSeconds += report.seconds
  }
  return Object.assign(grant, {
    granted: () => granted,
    /** The rate since the last call. */
    measured() {
      const rate = measured / measuredSeconds
      measured = measuredSeconds = 0
      return rate
    },
  })
}

async function upload({ account }: BenchDatabase, url: string): Promise<void> {
  const rows = Array.from(
    { length: ROWS },
    (_, n) => `Person ${n},import${n}@example.com,"Tag ${n % 20}, Tag ${20 + (n % 7)}",Course ${n % 5}`,
  )
  const form = new FormData()
  form.append('kind', 'contacts')
  form.append('file', new Blob([`Name,Email,Tags,Products\n${rows.join('\n')}\n`]), 'contacts.csv')
  const headers = { authorization: `Bearer ${account.token}` }
  const response = await fetch(`${url}/v1/imports`, { method: 'POST', headers, body: form })
  if (response.status !== 202)
    throw new Error(`the import got the response ${response.status}: ${await response.text()}`)
}

const isUnfinished = async ({ app }: BenchDatabase): Promise<boolean> =>
  (await app.pool.query('select from imports where finished_at is null')).rows.length > 0

/** From the request to the last row. @throws when a row was not imported */
async function readSeconds({ app }: BenchDatabase): Promise<number> {
  const { rows } = await app.pool.query<{ created: number; seconds: number }>(
    `select (counts ->> 'created')::int as created, extract(epoch from finished_at - created_at)::float as seconds
       from imports`,
  )
  const { created, seconds } = rows[0]!
  if (created !== ROWS) throw new Error(`${created} rows were imported instead of ${ROWS}`)
  return seconds
}

/** The most memory that processes have, looked at every quarter of a second until it is stopped. */
function watchMemory(pids: number[]) {
  const controller = new AbortController()
  const peaks = pids.map(() => 0)
  const watching = (async () => {
    while (!controller.signal.aborted) {
      const now = await Promise.all(pids.map(residentMegabytes))
      for (const [n, megabytes] of now.entries()) peaks[n] = Math.max(peaks[n]!, megabytes)
      await sleep(250)
    }
  })()
  return {
    async stop() {
      controller.abort()
      await watching
      return peaks
    },
  }
}
