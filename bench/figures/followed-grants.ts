import { setTimeout as sleep } from 'node:timers/promises'
import { makeHook } from '../../src/testing/hooks.ts'
import { type BenchDatabase, createBenchDatabase } from '../database.ts'
import type { Bench, Figure } from '../figure.ts'
import { automate, countBacklog, REACH, startReceiver } from '../follow-ups.ts'
import type { Plan, Report } from '../load/load.ts'
import { work } from '../server.ts'
import { OPEN_CONNECTIONS } from './grants-plan.ts'
import { CONTACTS, grantOverHttp, rateOf } from './serve-grants.ts'

/** Grants over HTTP while a worker processes their effects: without, then with an automation and two hooks. */
export const followedGrants: Figure = {
  keys: ['m'],
  async measure(bench: Bench) {
    const bare = await grantFollowed(bench, false)
    const followed = await grantFollowed(bench, true)
    return [
      rateOf('m bare', 'grants over HTTP beside a worker', bare.report),
      rateOf('m', 'the same with an automation and two hooks', followed.report),
      {
        key: 'm done',
        what: 'the same until all that follows is done',
        value: followed.donePerSecond,
        unit: '/s',
        seconds: followed.report.statuses[200]! / followed.donePerSecond,
      },
    ]
  },
}

/** Time from a grant to its first effect, at half of the sustainable rate. */
export const firstEffect: Figure = {
  keys: ['l'],
  needs: ['m'],
  async measure(bench: Bench) {
    const perSecond = bench.results.get('m done')!.value / 2
    const { report, delays } = await grantFollowed(bench, true, {
      loop: { kind: 'open', perSecond },
      connections: OPEN_CONNECTIONS,
    })
    const { p50, p99, max } = delays
    return [
      {
        key: 'l',
        what: `from a grant to the first that follows, at ${Math.round(perSecond)} a second, p99`,
        value: p99,
        unit: 'ms',
        seconds: report.seconds,
        statuses: report.statuses,
        details: { p50, p99, max },
      },
    ]
  },
}

interface Followed {
  report: Report
  /** Grants with all their effects. */
  donePerSecond: number
  delays: { p50: number; p99: number; max: number }
}

async function grantFollowed(bench: Bench, isSetUp: boolean, changes: Partial<Plan> = {}): Promise<Followed> {
  const database = await createBenchDatabase(bench.postgres)
  const receiver = await startReceiver()
  if (isSetUp) await setUp(database, receiver.url)
  await database.contacts.fill(CONTACTS)
  const worker = await work(database, REACH)
  const report = await grantOverHttp(bench, database, changes)
  while ((await countBacklog(database)) > 0) await sleep(100)
  const donePerSecond = report.statuses[200]! / ((Date.now() - report.begunAt) / 1_000)
  await worker.stop()
  await receiver.stop()
  const delays = await readDelays(database)
  await database.drop()
  return { report, donePerSecond, delays }
}

async function setUp(database: BenchDatabase, targetUrl: string): Promise<void> {
  await automate(database, targetUrl)
  for (const event of ['offer_granted', 'customer_created'] as const) {
    await makeHook(database.app, database.account.siteId, { event, targetUrl })
  }
}

/** Milliseconds from a request's grants to the first e-mail, step or webhook. */
async function readDelays({ app }: BenchDatabase): Promise<Followed['delays']> {
  const { rows } = await app.pool.query<Followed['delays']>(
    `with effects as (
       select event_id, rendered_at as at from emails
        union all
       select r.event_id, s.done_at from automation_run_steps s
         join automation_runs r on r.site_id = s.site_id and r.id = s.run_id
        union all
       select d.event_id, a.begun_at from webhook_attempts a
         join webhook_deliveries d on d.site_id = a.site_id and d.id = a.delivery_id
     ), delays as (
       select extract(epoch from min(x.at) - min(e.occurred_at)) * 1000 as ms
         from effects x join events e on e.id = x.event_id where e.request_id is not null and e.run_id is null
        group by e.request_id
     )
     select percentile_disc(0.5) within group (order by ms)::float as p50,
            percentile_disc(0.99) within group (order by ms)::float as p99, max(ms)::float as max from delays`,
  )
  return rows[0]!
}
