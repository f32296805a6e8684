import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { makeContact, makeOffer, offersBody } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { type DatabaseProxy, startProxy } from '../../testing/proxy.ts'
import { countRows } from '../../testing/refusals.ts'

let h: Harness
let proxy: DatabaseProxy
let isCut = false

beforeAll(async () => {
  h = await startHarness({
    reach: async (database) => {
      proxy = await startProxy(database)
      return proxy.connection
    },
  })
})
afterEach(async () => {
  if (isCut) await proxy.restore()
  isCut = false
})
afterAll(() => h.close())

async function cut(): Promise<void> {
  isCut = true
  await proxy.cut()
}

async function mend(): Promise<void> {
  isCut = false
  await proxy.restore()
}

test('without the database every request gets 503 with Retry-After, and works again when it is back', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const offerId = await makeOffer(h.app, h.account.siteId)
  const offers = `/v1/contacts/${contactId}/relationships/offers`
  const contact = { data: { type: 'contacts', attributes: { email: 'new@example.com' } } }
  const before = await countRows(h.app)
  const requests = [
    () => h.client.get('/v1/contacts?include=offers'),
    () => h.client.get(`/v1/contacts/${contactId}`),
    () => h.client.get('/v1/me'),
    () => h.client.post('/v1/contacts', contact, { 'idempotency-key': 'a' }),
    () => h.client.post(offers, offersBody([offerId]), { 'idempotency-key': 'b' }),
    () => h.client.patch(offers, offersBody([offerId])),
    () => h.client.delete(offers, offersBody([offerId])),
    () => h.client.get('/readyz'),
    () => h.client.get('/metrics/database'),
  ]
  await cut()
  for (const request of requests) {
    const { status, headers, body } = await request()
    expect(status).toBe(503)
    expect(headers.get('retry-after')).toMatch(/^\d+$/)
    expect(headers.get('content-type')).toContain('application/vnd.api+json')
    expect(body.errors[0].code).toBe('database_unavailable')
  }
  await mend()
  expect(await countRows(h.app)).toEqual(before)
  for (const request of requests) expect((await request()).status).toBeLessThan(300)
})

test('without the database token requests get 503 as an OAuth error, and /healthz is still 200', async () => {
  const { clientId: client_id, clientSecret: client_secret } = h.account
  const ask = () =>
    h
      .clientWith(null)
      .post('/v1/oauth/token', { client_id, client_secret }, { 'content-type': 'application/json' })
  await cut()
  const { status, headers, body } = await ask()
  expect({ status, error: body.error }).toEqual({ status: 503, error: 'database_unavailable' })
  expect(headers.get('retry-after')).toMatch(/^\d+$/)
  expect((await h.client.get('/healthz')).status).toBe(200)
  expect((await h.client.get('/v1/version')).status).toBe(200)
  await mend()
  expect((await ask()).status).toBe(200)
})

test('a grant in flight when the connection breaks gets 503, and is made once when it is sent again', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const offerId = await makeOffer(h.app, h.account.siteId)
  const grant = () => h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offerId]))
  const lock = await h.app.pool.connect()
  lock.on('error', () => {})
  await lock.query('begin')
  await lock.query('select from contacts where id = $1 for update', [contactId])
  const granting = grant()
  await waitUntilBlocked()
  await cut()
  expect((await granting).status).toBe(503)
  lock.release(true)
  await mend()
  expect((await grant()).body.data).toEqual([{ type: 'offers', id: offerId }])
  const grants = await h.app.db
    .selectFrom('offer_grants')
    .select('id')
    .where('offer_id', '=', offerId)
    .execute()
  expect(grants).toHaveLength(1)
})

test('a full disk is reported with its own code, also when the database stops because of it', async () => {
  const full = await startHarness({
    reach: async (database) => {
      fullProxy = await startProxy(database)
      return fullProxy.connection
    },
  })
  const create = (n: number) =>
    full.client.post('/v1/contacts', {
      data: { type: 'contacts', attributes: { email: `${n}@example.com` } },
    })
  await full.app.pool.query(`
    create function no_space() returns trigger language plpgsql as $$
    begin raise exception 'could not extend file "base/5/1": No space left on device' using errcode = 'disk_full'; end $$;
    create trigger no_space before insert on contacts execute function no_space()`)
  const { status, headers, body } = await create(1)
  expect([status, body.errors[0].code]).toEqual([503, 'database_full'])
  expect(body.errors[0].detail).toContain('no disk space left')
  expect(headers.get('retry-after')).toMatch(/^\d+$/)
  // As after a PANIC: PostgreSQL stops, and is unreachable while it recovers.
  await fullProxy.cut()
  expect((await full.client.get('/v1/contacts')).body.errors[0].code).toBe('database_full')
  await fullProxy.restore()
  await full.app.pool.query('drop trigger no_space on contacts')
  expect((await create(2)).status).toBe(201)
  await full.close()
})

let fullProxy: DatabaseProxy

async function waitUntilBlocked(): Promise<void> {
  for (;;) {
    const { rowCount } = await h.app.pool.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    if (rowCount) return
  }
}
