import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MovableClock } from '../platform/clock/clock.ts'
import { makeContact, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { startWorker, type Worker } from '../worker/worker.ts'

let h: Harness
let workers: Worker[]
beforeAll(async () => {
  h = await startHarness()
  workers = await Promise.all([startWorker(h.app), startWorker(h.app)])
})
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()))
  await h.close()
})

const offersOf = (contactId: string) => `/v1/contacts/${contactId}/relationships/offers`
const soon = { timeout: 10_000, interval: 50 }

async function count(type: string): Promise<number> {
  const rows = await h.app.db.selectFrom('events').select('id').where('type', '=', type).execute()
  return rows.length
}

test('two workers send each e-mail once, in the background', async () => {
  const offerId = await makeOffer(h.app, h.account.siteId, { is_gift: true })
  const contactIds = await Promise.all(Array.from({ length: 40 }, () => makeContact(h.app, h.account.siteId)))
  await Promise.all(contactIds.map((id) => h.client.post(offersOf(id), offersBody([offerId]))))
  await expect
    .poll(
      async () => (await h.client.get('/v1/emails?filter[status]=kept&page[size]=1')).body.meta.total,
      soon,
    )
    .toBe(80)
  const { rows } = await h.app.pool.query('select from events where dispatched_at is null')
  expect(rows).toHaveLength(0)
})

test('access that is limited to 30 days expires, is recorded once, and can be granted again', async () => {
  const offerId = await makeOffer(h.app, h.account.siteId, { access_days: 30 })
  const contactId = await makeContact(h.app, h.account.siteId)
  await h.client.post(offersOf(contactId), offersBody([offerId]))
  await (h.app.clock as MovableClock).advance(h.app.db, 29 * 86_400_000)
  const client = h.clientWith(await freshToken())
  expect((await client.get(offersOf(contactId))).body.data).toHaveLength(1)
  await (h.app.clock as MovableClock).advance(h.app.db, 86_400_000)
  expect((await client.get(offersOf(contactId))).body.data).toEqual([])
  await expect.poll(() => count('access_expired'), soon).toBe(1)
  const again = await client.post(offersOf(contactId), offersBody([offerId]))
  expect(again.body.meta.offers[0].status).toBe('granted')
  expect(await count('access_expired')).toBe(1)
})

test('an offer whose access has expired can be granted again before the expiry is recorded', async () => {
  await Promise.all(workers.map((worker) => worker.stop()))
  const before = await count('access_expired')
  const client = h.clientWith(await freshToken())
  const offerId = await makeOffer(h.app, h.account.siteId, { access_days: 1 })
  const contactId = await makeContact(h.app, h.account.siteId)
  await client.post(offersOf(contactId), offersBody([offerId]))
  await (h.app.clock as MovableClock).advance(h.app.db, 2 * 86_400_000)
  const again = await client.post(offersOf(contactId), offersBody([offerId]))
  expect(again.body).toMatchObject({ data: [{ id: offerId }], meta: { offers: [{ status: 'granted' }] } })
  expect(await count('access_expired')).toBe(before + 1)
})

async function freshToken(): Promise<string> {
  const { body } = await h
    .clientWith(null)
    .post(
      '/v1/oauth/token',
      { client_id: h.account.clientId, client_secret: h.account.clientSecret },
      { 'content-type': 'application/json' },
    )
  return body.access_token
}
