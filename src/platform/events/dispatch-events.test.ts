import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeContact, makeOffer, offersBody } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { advanceClock } from '../../worker/advance-clock.ts'
import { dispatchEvents, type Listener } from './dispatch-events.ts'

let h: Harness
beforeEach(async () => {
  h = await startHarness({ isNew: true })
})
afterEach(() => h.close())

/** An invalid event: its effects cannot be written, because it names no contact. */
async function plantEvent(type: string): Promise<() => Promise<{ dispatched_at: Date | null }>> {
  const { id } = await h.app.db
    .insertInto('events')
    .values({
      site_id: h.account.siteId,
      type,
      occurred_at: h.app.clock.now(),
      actor: 'test',
      data: JSON.stringify({ send_welcome_email: true, offer_ids: [] }),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return () => h.app.db.selectFrom('events').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

async function welcomeSomebody(): Promise<void> {
  const contactId = await makeContact(h.app, h.account.siteId)
  const offerId = await makeOffer(h.app, h.account.siteId)
  const path = `/v1/contacts/${contactId}/relationships/offers`
  expect((await h.client.post(path, offersBody([offerId]))).status).toBe(200)
}

const welcomes = async () =>
  (await h.app.db.selectFrom('emails').select('id').where('kind', '=', 'welcome').execute()).length

test('an event of an unknown type waits for a newer version and blocks nothing', async () => {
  const unknown = await plantEvent('planet_discovered')
  await welcomeSomebody()
  await h.drain()
  expect(await welcomes()).toBe(1)
  expect(await unknown()).toMatchObject({ dispatched_at: null, dispatch_attempts: 0 })
})

test('an event that fails is deferred with its error, and the others of its batch are dispatched', async () => {
  await welcomeSomebody()
  const bad = await plantEvent('customer_created')
  await welcomeSomebody()
  await h.drain()
  expect(await welcomes()).toBe(2)
  expect(await bad()).toMatchObject({
    dispatched_at: null,
    dispatch_attempts: 1,
    dispatch_after: expect.any(Date),
    dispatch_error: expect.stringContaining('contact_id'),
  })
  const { body } = await h.clientWith(null).get('/metrics/database')
  expect(body).toMatch(/^bestow_failed\{kind="event"\} 1$/m)
})

test('a deferred event is retried with backoff, and dispatched once it can be', async () => {
  const bad = await plantEvent('customer_created')
  await h.drain()
  await h.drain()
  expect(await bad()).toMatchObject({ dispatch_attempts: 1 })
  await h.app.db
    .updateTable('events')
    .set({ contact_id: await makeContact(h.app, h.account.siteId) })
    .where('type', '=', 'customer_created')
    .execute()
  await advanceClock(h.app, 60_000)
  expect(await bad()).toMatchObject({ dispatched_at: expect.any(Date) })
  expect(await welcomes()).toBe(1)
})

test('an unreachable database defers no event', async () => {
  await welcomeSomebody()
  const away = Object.assign(new Error('Connection terminated'), { code: '57P01' })
  const listener = { types: ['customer_created'], react: () => Promise.reject(away) }
  await expect(dispatchEvents(h.app, listener)).rejects.toThrow(away)
  const { rows } = await h.app.pool.query('select from events where dispatch_attempts > 0')
  expect(rows).toHaveLength(0)
})

test('an event whose statement times out is deferred and blocks no other', async () => {
  for (let n = 0; n < 3; n++) await welcomeSomebody()
  const reacted: string[] = []
  let slow: string | undefined
  const listener: Listener = {
    types: ['customer_created'],
    async react(tx, events) {
      slow ??= events[1]!.id
      if (events.some(({ id }) => id === slow)) {
        await sql`set local statement_timeout = '50ms'`.execute(tx)
        await sql`select pg_sleep(5)`.execute(tx)
      }
      reacted.push(...events.map(({ id }) => id))
    },
  }
  expect(await dispatchEvents(h.app, listener)).toBe(3)
  expect(reacted).toHaveLength(2)
  const { rows } = await h.app.pool.query('select id, dispatch_error from events where dispatch_attempts > 0')
  expect(rows).toEqual([{ id: slow, dispatch_error: expect.stringContaining('timeout') }])
})

test('a deadlock defers no event', async () => {
  await welcomeSomebody()
  let stumbles = 0
  const deadlock = Object.assign(new Error('deadlock detected'), { code: '40P01' })
  const listener = {
    types: ['customer_created'],
    // All attempts at the batch, and the first at the event alone.
    react: async () => {
      if (++stumbles <= 6) throw deadlock
    },
  }
  expect(await dispatchEvents(h.app, listener)).toBe(1)
  const { rows } = await h.app.pool.query('select from events where dispatch_attempts > 0')
  expect(rows).toHaveLength(0)
})

test('several dispatchers with a failing event send each e-mail once', async () => {
  await plantEvent('customer_created')
  for (let n = 0; n < 5; n++) await welcomeSomebody()
  await Promise.all(Array.from({ length: 4 }, () => h.drain()))
  expect(await welcomes()).toBe(5)
})

test('of a long queue, only the dispatched events are read, also without statistics for the planner', async () => {
  const { pool } = h.app
  await pool.query('alter table events set (autovacuum_enabled = false)')
  await pool.query(
    `insert into events (site_id, type, occurred_at, actor)
     select $1, 'contact_updated', now(), 'test' from generate_series(1, 5000)`,
    [h.account.siteId],
  )
  const read = async () => {
    const clients = await Promise.all(Array.from({ length: pool.totalCount }, () => pool.connect()))
    for (const client of clients) await client.query('select pg_stat_force_next_flush()')
    for (const client of clients) client.release()
    const { rows } = await pool.query<{ read: number }>(
      `select idx_tup_read::int as read from pg_stat_user_indexes where indexrelname = 'events_undispatched'`,
    )
    return rows[0]!.read
  }
  // One batch only: whether a later one reads the index entries of those that were just dispatched depends on the
  // transactions of the whole database server, which other tests use, too.
  const dispatched = await dispatchEvents(h.app, { types: ['contact_updated'], react: async () => {} })
  expect(dispatched).toBeLessThan(5_000)
  const total = await read()
  expect(total).toBeGreaterThanOrEqual(dispatched)
  expect(total).toBeLessThan(1.1 * dispatched)
})
