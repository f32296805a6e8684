import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeContact, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'

let h: Harness
let production: Harness
let closed: Harness
beforeAll(async () => {
  h = await startHarness()
  production = await startHarness({
    mode: 'production',
    settings: { METRICS_TOKEN: 'watcher', RATE_LIMIT: '5', TRUST_PROXY: '1' },
  })
  closed = await startHarness({ mode: 'production' })
})
afterAll(() => Promise.all([h.close(), production.close(), closed.close()]))

test.each(['/healthz', '/readyz'])('%s says ok to anybody', async (path) => {
  const { status, body } = await h.clientWith(null).get(path)
  expect({ status, body }).toEqual({ status: 200, body: { status: 'ok' } })
})

test('a server whose database lacks a migration is alive but not ready', async () => {
  const old = await startHarness()
  await old.app.pool.query(
    'delete from kysely_migration where name = (select max(name) from kysely_migration)',
  )
  const { status, headers, body } = await old.client.get('/readyz')
  expect([status, body.errors[0].code, headers.get('retry-after')]).toEqual([503, 'not_migrated', '5'])
  expect((await old.client.get('/healthz')).status).toBe(200)
  await old.close()
})

test('the metrics tell of requests, grants and what waits', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const offers = [await makeOffer(h.app, h.account.siteId), await makeOffer(h.app, h.account.siteId)]
  const path = `/v1/contacts/${contactId}/relationships/offers`
  await h.client.post(path, offersBody(offers))
  await h.client.post(path, offersBody(offers))
  const { body, headers } = await h.clientWith(null).get('/metrics')
  expect(headers.get('content-type')).toContain('text/plain')
  expect(body).toMatch(/^bestow_grants_total 2$/m)
  expect(body).toMatch(/^bestow_undispatched_events [1-9]/m)
  expect(body).toContain('route="/v1/contacts/:id/relationships/offers",status="200"')
})

describe('in production', () => {
  test('the metrics are for who knows the token', async () => {
    const nobody = production.clientWith(null)
    expect((await nobody.get('/metrics', { authorization: 'Bearer watcher' })).status).toBe(200)
    for (const headers of [{}, { authorization: 'Bearer other' }, { authorization: 'watcher' }]) {
      expect((await nobody.get('/metrics', headers as Record<string, string>)).status).toBe(401)
    }
  })

  test('without a token in the configuration the metrics are for nobody', async () => {
    const nobody = closed.clientWith(null)
    for (const authorization of ['Bearer null', 'Bearer ', 'Bearer undefined', '']) {
      expect((await nobody.get('/metrics', { authorization })).status).toBe(401)
    }
  })

  test('health is asked as often as one likes', async () => {
    for (let n = 0; n < 10; n++) expect((await production.clientWith(null).get('/healthz')).status).toBe(200)
  })
})
