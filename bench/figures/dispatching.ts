import { join } from 'node:path'
import { makeAutomation } from '../../src/testing/automations.ts'
import { makeAccount } from '../../src/testing/fixtures.ts'
import { makeHook } from '../../src/testing/hooks.ts'
import { diagnose } from '../audit.ts'
import { type BenchDatabase, createBenchDatabase } from '../database.ts'
import type { Bench, Figure, Result } from '../figure.ts'
import { startHelper } from '../processes.ts'
import type { Dispatched } from './dispatcher.ts'

const SITES = 100
const EVENTS_OF_SITE = 400
/** Each number of processes is measured so often, in alternation; the median counts. */
const ROUNDS = 3

/** Events that one process dispatches, and two together, on many sites with an automation and a hook each. */
export const dispatchingEvents: Figure = {
  keys: ['n'],
  async measure(bench: Bench) {
    const rates: Record<1 | 2, number[]> = { 1: [], 2: [] }
    for (let round = 0; round < ROUNDS; round++) {
      for (const processes of round % 2 === 0 ? ([1, 2] as const) : ([2, 1] as const))
        rates[processes].push(await dispatchWith(bench, processes))
    }
    return [
      resultOf('n', 'events that a process dispatches', rates[1]),
      resultOf('n two', 'events that two processes dispatch', rates[2]),
    ]
  },
}

function resultOf(key: string, what: string, rates: number[]): Result {
  const value = rates.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)]!
  return { key, what, value, unit: '/s', seconds: (ROUNDS * SITES * EVENTS_OF_SITE) / value }
}

/** Events per second. */
async function dispatchWith({ postgres }: Bench, processes: number): Promise<number> {
  const database = await createBenchDatabase(postgres)
  await fill(database)
  const helpers = Array.from({ length: processes }, () =>
    startHelper(join(import.meta.dirname, 'dispatcher.ts')),
  )
  await Promise.all(helpers.map((helper) => helper.ask({ settings: database.settings })))
  const begunAt = Date.now()
  const dispatched = await Promise.all(helpers.map((helper) => helper.ask<Dispatched>({})))
  await Promise.all(helpers.map((helper) => helper.stop()))
  await diagnose(database.settings)
  await database.drop()
  const events = dispatched.reduce((sum, one) => sum + one.events, 0)
  if (events !== SITES * EVENTS_OF_SITE) throw new Error(`${events} events were dispatched`)
  return events / ((Math.max(...dispatched.map(({ endedAt }) => endedAt)) - begunAt) / 1_000)
}

/** Contacts on many sites that were created just now. */
async function fill({ app }: BenchDatabase): Promise<void> {
  const siteIds: string[] = []
  while (siteIds.length < SITES) {
    const { siteId } = await makeAccount(app)
    siteIds.push(siteId)
    await makeHook(app, siteId, { event: 'contact_created' })
    await makeAutomation(app, siteId, {
      trigger: { event: 'contact_created' },
      actions: [{ action: 'stop' }],
    })
  }
  // Of all sites alternately, as events occur.
  await app.pool.query(
    `with created as (
       insert into contacts (site_id, email, created_at, updated_at)
       select site_id, 'person' || n || '@example.com', now(), now()
         from generate_series(1, $2) n cross join unnest($1::bigint[]) site_id order by n
       returning site_id, id
     )
     insert into events (site_id, type, occurred_at, actor, contact_id)
     select site_id, 'contact_created', now(), 'bench', id from created order by id`,
    [siteIds, EVENTS_OF_SITE],
  )
  await app.pool.query('analyze')
}
