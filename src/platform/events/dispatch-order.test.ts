/** Several dispatchers at once, on many sites: each hook gets the events of its site in their order. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { react } from '../../reactions.ts'
import { makeAccount, makeContact } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { makeHook } from '../../testing/hooks.ts'
import { vacuum } from '../../testing/plans.ts'
import { type Receiver, startReceiver } from '../../testing/receiver.ts'
import { deliveriesSettled, deliverToHooks } from '../../webhooks/deliver-to-hooks.ts'
import type { App } from '../app.ts'
import { inTransaction } from '../db/database.ts'
import { dispatchEvents, type Listener } from './dispatch-events.ts'
import { eventTypes } from './events.ts'

const SITES = 10
const EVENTS = 20

let h: Harness
let receiver: Receiver
/** Two processes on one database. */
let apps: App[]
beforeEach(async () => {
  h = await startHarness({ isNew: true })
  receiver = await startReceiver()
  apps = [h.app, { ...h.app }]
})
afterEach(async () => {
  await receiver.close()
  await h.close()
})

/** Any process may be slow between claiming an event and writing its effects. */
const slowListener: Listener = {
  types: eventTypes,
  async react(tx, events, now) {
    await sleep(Math.random() * 20)
    await react(tx, events, now)
  },
}

interface Outcome {
  /** Ids of contacts in the order in which they were created, site by site. */
  created: string[][]
  /** The same, in the order in which they were received. */
  received: string[][]
  /** Events of each dispatcher. */
  dispatched: number[]
}

/** Creates contacts on every site while two dispatchers run, until all of it is delivered. */
async function dispatchTogether(): Promise<Outcome> {
  const sites = await Promise.all(
    Array.from({ length: SITES }, async () => (await makeAccount(h.app)).siteId),
  )
  for (const siteId of sites)
    await makeHook(h.app, siteId, { event: 'contact_created', targetUrl: receiver.url })
  let isOver = false
  const dispatching = apps.map(async (app) => {
    let count = 0
    while (!isOver) {
      count += await dispatchEvents(app, slowListener)
      await deliverToHooks(app)
      await sleep(1)
    }
    return count
  })
  const created = await Promise.all(
    sites.map(async (siteId) => {
      const ids: string[] = []
      while (ids.length < EVENTS) ids.push(await makeContact(h.app, siteId))
      return ids
    }),
  )
  isOver = true
  const dispatched = await Promise.all(dispatching)
  await h.drain()
  const received = receiver.received.map(({ body }) => body.id as string)
  return { created, received: created.map((ids) => received.filter((id) => ids.includes(id))), dispatched }
}

test('each hook gets the events of its site in order, and once, while two dispatchers share the sites', async () => {
  const { created, received, dispatched } = await dispatchTogether()
  expect(received).toEqual(created)
  for (const count of dispatched) expect(count).toBeGreaterThan(0)
})

/**
 * Blocks a dispatcher after it has claimed an event, while another one runs. Returns the contacts of both events in
 * the order in which they were created, and were received.
 */
async function dispatchBesideSlowOne(): Promise<{ created: string[]; received: string[] }> {
  const { siteId } = h.account
  await h.drain()
  await makeHook(h.app, siteId, { event: 'contact_created', targetUrl: receiver.url })
  const [claimed, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const first = await makeContact(h.app, siteId)
  const slow = dispatchEvents(h.app, {
    types: eventTypes,
    async react(tx, events, now) {
      claimed.resolve()
      await released.promise
      await react(tx, events, now)
    },
  })
  await claimed.promise
  const second = await makeContact(h.app, siteId)
  await dispatchEvents(apps[1]!, { types: eventTypes, react })
  await deliverToHooks(h.app)
  await deliveriesSettled(h.app)
  released.resolve()
  await slow
  await h.drain()
  return { created: [first, second], received: receiver.received.map(({ body }) => body.id) }
}

test('an event waits for the one before it on its site, which another dispatcher has claimed', async () => {
  const { created, received } = await dispatchBesideSlowOne()
  expect(received).toEqual(created)
})

test('planted fault: claimed one by one instead of site by site, events arrive out of order', async () => {
  const text = await readFile(join(import.meta.dirname, 'claim_events.sql'), 'utf8')
  const faulty = text
    .replace(/pg_try_advisory_xact_lock\(.*\);/, 'true;')
    .replace('limit p_limit - v_claimed;', 'limit p_limit - v_claimed for update skip locked;')
  expect(faulty.match(/not true;|skip locked;/g)).toHaveLength(2)
  await sql.raw(faulty).execute(h.app.db)
  const { created, received } = await dispatchBesideSlowOne()
  expect(received).toEqual(created.toReversed())
})

/** Inserts undispatched events of these sites, without hooks. */
async function plantEvents(siteIds: string[], count: number): Promise<void> {
  await h.app.pool.query(
    `insert into events (site_id, type, occurred_at, actor)
     select site_id, 'contact_updated', now(), 'test'
       from unnest($1::bigint[]) site_id cross join generate_series(1, $2)`,
    [siteIds, count],
  )
}

/** Dispatches a batch. Returns how many events of each site it had. */
async function dispatchBatch(app: App, meanwhile = async () => {}): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  await dispatchEvents(app, {
    types: eventTypes,
    async react(_tx, events) {
      for (const { site_id } of events) counts[site_id] = (counts[site_id] ?? 0) + 1
      await meanwhile()
    },
  })
  return counts
}

const makeSites = async (count: number) => {
  const sites: string[] = []
  while (sites.length < count) sites.push((await makeAccount(h.app)).siteId)
  return sites
}

test('a site with a long backlog delays no other site', async () => {
  const [long, ...others] = (await makeSites(4)) as [string, ...string[]]
  await plantEvents([long], 1_200)
  await plantEvents(others, 10)
  const small = Object.fromEntries(others.map((id) => [id, 10]))
  expect(await dispatchBatch(h.app)).toEqual({ [long]: 500 })
  expect(await dispatchBatch(h.app)).toEqual({ ...small, [long]: 470 })
  expect(await dispatchBatch(h.app)).toEqual({ [long]: 230 })
})

test('a dispatcher skips the sites that another has locked, and takes the next', async () => {
  const [first, second, third] = (await makeSites(3)) as [string, string, string]
  await plantEvents([first], 600)
  await plantEvents([second, third], 300)
  const beside: Record<string, number>[] = []
  const own = await dispatchBatch(h.app, async () => {
    beside.push(await dispatchBatch(apps[1]!))
  })
  expect([own, ...beside]).toEqual([{ [first]: 500 }, { [second]: 300, [third]: 200 }])
})

test('an event whose transaction commits after that of a later one is dispatched as well', async () => {
  const [siteId] = (await makeSites(1)) as [string]
  await h.drain()
  const commit = Promise.withResolvers<void>()
  const inserted = Promise.withResolvers<void>()
  const late = inTransaction(h.app.db, async (tx) => {
    await sql`insert into events (site_id, type, occurred_at, actor) values (${siteId}, 'contact_updated', now(), 'test')`.execute(
      tx,
    )
    inserted.resolve()
    await commit.promise
  })
  await inserted.promise
  await plantEvents([siteId], 1)
  expect(await dispatchBatch(h.app)).toEqual({ [siteId]: 1 })
  commit.resolve()
  await late
  expect(await dispatchBatch(h.app)).toEqual({ [siteId]: 1 })
})

test('finding the sites reads one event of each, however many are waiting there or on a locked site', async () => {
  const sites = await makeSites(5)
  await plantEvents(sites, 2_000)
  await vacuum(h.app.pool, 'events')
  const claim = (limit: number, meanwhile = async () => {}) =>
    inTransaction(h.app.db, async (tx) => {
      await sql`select from claim_events(${eventTypes}::text[], ${h.app.clock.now()}, 1, ${limit})`.execute(
        tx,
      )
      await meanwhile()
    })
  const read = async () => {
    const clients = await Promise.all(
      Array.from({ length: h.app.pool.totalCount }, () => h.app.pool.connect()),
    )
    for (const client of clients) await client.query('select pg_stat_force_next_flush()')
    for (const client of clients) client.release()
    const { rows } = await h.app.pool.query<{ read: number }>(
      `select idx_tup_read::int as read from pg_stat_user_indexes where indexrelname = 'events_undispatched'`,
    )
    return rows[0]!.read
  }
  const before = await read()
  await claim(6_000, () => claim(10))
  // 3 sites with their events, then one event of each of these, and of the fourth site, and ten of the fourth.
  expect((await read()) - before).toBeLessThan(6_000 + 3 + 4 + 10 + 10)
})
