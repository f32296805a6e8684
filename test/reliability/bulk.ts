/** Two bulk jobs extend access of the same people while the workers that process them are killed. */
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { fetchToken } from './account.ts'
import { auditExtensions } from './bulk/audit-extensions.ts'
import type { Fault } from './crashes/faults.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { type Random, seededRandom } from './random.ts'
import type { Trial } from './trial.ts'
import {
  type Findings,
  findings,
  missed,
  resultOf,
  send,
  type TrialEnvironment,
  violatedInvariants,
  withTrialEnvironment,
} from './trial-environment.ts'

export interface BulkReport extends Findings {
  seed: number
  people: number
  kills: number
  /** Rows that a killed worker had processed without a commit; another worker processed them again. */
  undone: number
  seconds: number
}

export interface BulkOptions {
  people?: number
  kills?: number
  /** Longest time from the first row of a batch to the next kill. */
  killEveryMs?: number
  /** Delay of each row, so that kills happen in the middle of batches; of 200 in less than the statement timeout. */
  rowMs?: number
  limitMs?: number
  /** A planted fault, which the trial must find. */
  fault?: Fault
}

/** The limit only ends what hangs. */
export const SHORT: BulkOptions = {
  people: 300,
  kills: 2,
  killEveryMs: 1_000,
  rowMs: 10,
  limitMs: 300_000,
}
const WORKERS = 2
const CHECK_EVERY_MS = 250
const DAYS = 30

export const bulkTrial: Trial = {
  name: 'bulk',
  summary: 'two bulk jobs extend access of the same people while the workers that process them are killed',
  run: async ({ seed, isShort }) => resultOf(await bulk(seed, isShort ? SHORT : {})),
}

export const bulk = (
  seed: number,
  { people = 1_000, kills = 10, killEveryMs = 8_000, rowMs = 30, limitMs = 600_000, fault }: BulkOptions = {},
): Promise<BulkReport> =>
  withTrialEnvironment(people, async ({ database, postgres, account, contacts }) => {
    const offerId = account.offers[0]!
    await database.query('update offers set access_days = $1 where id = $2', [DAYS, offerId])
    await slowRows(database, rowMs)
    const fleet = await startFleet(postgres.url, {}, { servers: 1, workers: WORKERS })
    await fault?.plant?.(postgres.url)
    const begun = performance.now()
    try {
      const { url } = fleet.servers[0]!
      const token = await fetchToken(url, account)
      const rows = contacts.map((contact_id) => ({ contact_id }))
      const jobs = [
        await createJob(url, token, rows, offerId),
        await createJob(url, token, rows.toReversed(), offerId),
      ]
      const end = begun + limitMs
      const made = await killInBatches(database, fleet, {
        kills,
        everyMs: killEveryMs,
        random: seededRandom(seed, 'kills'),
        isOver: async () => performance.now() > end || (await unfinished(database, jobs)).length === 0,
      })
      const waiting = await untilFinished(database, jobs, end)
      const seconds = (performance.now() - begun) / 1_000
      const undone = (await countProcessed(database)) - 2 * people
      const faults = [
        ...waiting,
        ...(await auditExtensions(database, { jobs, offerId, contacts, days: 2 * DAYS })),
        ...processErrorsOf(fleet, fault),
        ...(await violatedInvariants(postgres.url)),
        ...missed(`${made} of ${kills} kills in ${Math.round(seconds)} s`, made >= kills),
        ...missed('every kill happened between two batches', kills === 0 || undone > 0),
      ]
      return findings(faults, { seed, people, kills: made, undone, seconds })
    } finally {
      await fleet.stop()
    }
  })

/** Planted faults cause errors too. */
const processErrorsOf = (fleet: Fleet, fault: Fault | undefined) => (fault ? [] : fleet.processErrors())

/** Each of the two jobs extends what the other one has granted: a row that takes effect twice is visible. */
async function createJob(url: string, token: string, rows: object[], offerId: string): Promise<string> {
  const body = {
    data: { type: 'bulk_jobs', attributes: { rows } },
    meta: { offer_ids: [offerId], renew: 'extend', send_customer_welcome_email: false },
  }
  const { status, text } = await send(url, { token, path: '/v1/bulk/grants', body })
  if (status !== 202) throw new Error(`POST /v1/bulk/grants got the response ${status} ${text}`)
  return JSON.parse(text).data.id
}

/** Delays each row; counts rows that were processed, also those that are rolled back. */
async function slowRows(database: TrialEnvironment['database'], rowMs: number): Promise<void> {
  await database.query(`
    create sequence processed_rows;
    create function slow_row() returns trigger language plpgsql as $$
    begin
      perform nextval('processed_rows'), pg_sleep(${rowMs / 1_000});
      return new;
    end $$;
    create trigger slow_row before update of status on bulk_job_rows for each row execute function slow_row()`)
}

async function countProcessed(database: pg.Pool): Promise<number> {
  const { rows } = await database.query('select last_value::int as processed from processed_rows')
  return rows[0].processed
}

interface Killing {
  kills: number
  everyMs: number
  random: Random
  isOver: () => Promise<boolean>
}

/** kill -9 of all workers, each time while rows are being processed. @returns how often */
async function killInBatches(
  database: pg.Pool,
  { workers }: Fleet,
  { kills, everyMs, random, isOver }: Killing,
): Promise<number> {
  for (let made = 0; ; made++) {
    const before = await countProcessed(database)
    while (made < kills && (await countProcessed(database)) === before && !(await isOver())) await sleep(20)
    if (made === kills || (await isOver())) return made
    await sleep(random.next() * everyMs)
    await Promise.all(workers.map((worker) => worker.crash()))
  }
}

/** Waits until the jobs have ended and events are dispatched. @returns what is still pending at the end */
async function untilFinished(database: pg.Pool, jobs: string[], end: number): Promise<string[]> {
  for (;;) {
    const waiting = await unfinished(database, jobs)
    if (waiting.length === 0) return []
    if (performance.now() > end) return waiting.map(({ what, count }) => `${count} ${what} are still pending`)
    await sleep(CHECK_EVERY_MS)
  }
}

async function unfinished(database: pg.Pool, jobs: string[]): Promise<{ what: string; count: number }[]> {
  const { rows } = await database.query<{ what: string; count: number }>(
    `select 'bulk jobs' as what, count(*)::int from bulk_jobs where id = any ($1) and finished_at is null
      union all select 'events', count(*)::int from events where dispatched_at is null`,
    [jobs],
  )
  return rows.filter(({ count }) => count > 0)
}
