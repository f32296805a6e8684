import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { queues } from '../background.ts'
import { listen } from '../platform/http/listen.ts'
import { makeContact, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { type DatabaseProxy, startProxy } from '../testing/proxy.ts'
import { startWorker } from '../worker/worker.ts'
import { recordBackup } from './backup/last-backup.ts'
import { buildMonitoringServer } from './monitoring-server.ts'

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

test('the metrics report requests and grants of the process, and the queue lengths in the database', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const offers = [await makeOffer(h.app, h.account.siteId), await makeOffer(h.app, h.account.siteId)]
  const path = `/v1/contacts/${contactId}/relationships/offers`
  const nobody = h.clientWith(null)
  const granted = async () =>
    Number(/^bestow_grants_total (\d+)$/m.exec((await nobody.get('/metrics')).body)![1])
  const before = await granted()
  await h.client.post(path, offersBody(offers))
  await h.client.post(path, offersBody(offers))
  expect((await granted()) - before).toBe(2)
  const { body: own, headers } = await nobody.get('/metrics')
  expect(headers.get('content-type')).toContain('text/plain')
  expect(own).toContain('route="/v1/contacts/:id/relationships/offers",status="200"')
  // Every process sees the same database: in the figures of each, sums would count it several times.
  expect(own).not.toMatch(/^bestow_(pending|failed)/m)
  const { body: shared } = await nobody.get('/metrics/database')
  expect(shared).toMatch(/^bestow_pending\{kind="event"\} [1-9]/m)
  expect(shared).toMatch(/^bestow_failed\{kind="email"\} 0$/m)
  expect(shared).toMatch(/^bestow_last_backup_timestamp_seconds 0$/m)
  await recordBackup(h.app.db)
  const { body: later } = await nobody.get('/metrics/database')
  const [, seconds] = /^bestow_last_backup_timestamp_seconds ([\d.]+)$/m.exec(later)!
  expect(Math.abs(Number(seconds) - Date.now() / 1_000)).toBeLessThan(60)
})

describe('while the database hangs', () => {
  let proxy: DatabaseProxy
  let hanging: Harness
  beforeAll(async () => {
    hanging = await startHarness({
      reach: async (database) => {
        proxy = await startProxy(database)
        return proxy.connection
      },
    })
  })
  afterAll(() => hanging.close())

  test('readiness and database metrics return 503 within about two seconds, and send one query', async () => {
    expect((await hanging.client.get('/readyz')).status).toBe(200)
    proxy.silence()
    const begun = performance.now()
    const paths = [...Array(30).fill('/readyz'), '/metrics/database']
    const answers = await Promise.all(paths.map((path) => hanging.clientWith(null).get(path)))
    expect(performance.now() - begun).toBeLessThan(4_500)
    for (const { status, body } of answers)
      expect([status, body.errors[0].code]).toEqual([503, 'database_unavailable'])
    // Further requests wait for the same query, and take no more connections.
    expect(hanging.app.pool.totalCount - hanging.app.pool.idleCount).toBeLessThanOrEqual(2)
    expect((await hanging.clientWith(null).get('/healthz')).status).toBe(200)
    expect((await hanging.clientWith(null).get('/metrics')).status).toBe(200)
    await proxy.restore()
    await expect
      .poll(async () => (await hanging.clientWith(null).get('/readyz')).status, { timeout: 20_000 })
      .toBe(200)
  })
})

describe('the monitoring endpoints of a worker', () => {
  let server: FastifyInstance
  let url: string
  beforeAll(async () => {
    server = await buildMonitoringServer(production.app, queues)
    url = await listen(server, { HOST: '127.0.0.1', PORT: 0 })
  })
  afterAll(() => server.close())

  test('are health and metrics as on a server, with the same token, and nothing else', async () => {
    const ask = (path: string, headers = {}) => fetch(url + path, { headers })
    for (const path of ['/healthz', '/readyz']) expect((await ask(path)).status).toBe(200)
    for (const path of ['/metrics', '/metrics/database']) {
      expect((await ask(path)).status).toBe(401)
      expect((await ask(path, { authorization: 'Bearer watcher' })).status).toBe(200)
    }
    const elsewhere = await ask('/v1/contacts')
    expect([
      elsewhere.status,
      ((await elsewhere.json()) as { errors: { code: string }[] }).errors[0]!.code,
    ]).toEqual([404, 'unknown_path'])
  })

  test('have counters of its background jobs', async () => {
    const worker = startWorker(h.app)
    await makeContact(h.app, h.account.siteId)
    const metrics = async () => (await h.clientWith(null).get('/metrics')).body
    await expect
      .poll(metrics, { timeout: 10_000 })
      .toMatch(/^bestow_background_jobs_total\{job="dispatch"\} [1-9]/m)
    await worker.stop()
  })

  test('name the setting to change when the port is in use', async () => {
    const other = await buildMonitoringServer(production.app, queues)
    const address = { HOST: '127.0.0.1', PORT: Number(new URL(url).port) }
    await expect(listen(other, address, 'METRICS_PORT')).rejects.toThrow(/^METRICS_PORT \d+ is in use/)
    await other.close()
  })
})

describe('in production', () => {
  test('the metrics require the token', async () => {
    const nobody = production.clientWith(null)
    expect((await nobody.get('/metrics', { authorization: 'Bearer watcher' })).status).toBe(200)
    for (const headers of [{}, { authorization: 'Bearer other' }, { authorization: 'watcher' }]) {
      expect((await nobody.get('/metrics', headers as Record<string, string>)).status).toBe(401)
    }
  })

  test('without a configured token the metrics are not available', async () => {
    const nobody = closed.clientWith(null)
    for (const authorization of ['Bearer null', 'Bearer ', 'Bearer undefined', '']) {
      expect((await nobody.get('/metrics', { authorization })).status).toBe(401)
    }
  })

  test('health has no rate limit', async () => {
    for (let n = 0; n < 10; n++) expect((await production.clientWith(null).get('/healthz')).status).toBe(200)
  })
})
