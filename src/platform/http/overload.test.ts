import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact, makeOffer, offersBody } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'

let h: Harness
let contactId: string
let offerId: string
beforeAll(async () => {
  h = await startHarness({ settings: { CONCURRENT_REQUESTS: '2' } })
  contactId = await makeContact(h.app, h.account.siteId)
  offerId = await makeOffer(h.app, h.account.siteId)
})
afterAll(async () => {
  // After an abort, fetch opens another connection, and a server does not count one without a request as idle.
  h.server.server.closeAllConnections()
  await h.close()
})

const grant = () => h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offerId]))

const textOf = async (path: string) => (await fetch(h.url + path)).text()

/** Blocks every grant to the contact meanwhile. */
async function whileHeldUp(act: () => Promise<void>): Promise<void> {
  const blocker = await h.app.pool.connect()
  await blocker.query('begin')
  await blocker.query('select from contacts where id = $1 for update', [contactId])
  try {
    await act()
  } finally {
    await blocker.query('rollback')
    blocker.release()
  }
}

const refusals = async () =>
  Number(/^bestow_refused_requests_total (\d+)$/m.exec(await h.app.metrics.text())![1])

test('a request beyond the limit of concurrent requests is refused with Retry-After', async () => {
  let pending: ReturnType<typeof grant>[] = []
  const before = await refusals()
  await whileHeldUp(async () => {
    pending = [grant(), grant()]
    const isFull = async () => (await h.client.get('/v1/me')).status
    await expect.poll(isFull).toBe(503)
    const { status, headers, body } = await grant()
    expect([status, headers.get('retry-after'), body.errors[0].code]).toEqual([503, '1', 'overloaded'])
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(body.meta.request_id).toBe(headers.get('x-request-id'))
    expect(await textOf('/healthz')).toContain('ok')
    expect(await textOf('/metrics')).toContain('bestow_refused_requests_total')
  })
  expect((await Promise.all(pending)).map(({ status }) => status)).toEqual([200, 200])
  expect(await refusals()).toBeGreaterThanOrEqual(before + 2)
  expect((await grant()).status).toBe(200)
})

test('refusals keep their order among the responses on a connection, which stays open', async () => {
  const socket = connect({ port: Number(new URL(h.url).port), host: '127.0.0.1' }).setEncoding('latin1')
  let received = ''
  socket.on('data', (text: string) => {
    received += text
  })
  const statuses = () => [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)
  const body = JSON.stringify(offersBody([offerId]))
  const request = [
    `POST /v1/contacts/${contactId}/relationships/offers HTTP/1.1`,
    'host: localhost',
    `authorization: Bearer ${h.account.token}`,
    'content-type: application/vnd.api+json',
    `content-length: ${body.length}`,
    `\r\n${body}`,
  ].join('\r\n')
  await whileHeldUp(async () => {
    socket.write(request.repeat(4))
    await expect.poll(async () => (await h.client.get('/v1/me')).status).toBe(503)
  })
  await expect.poll(statuses).toEqual(['200', '200', '503', '503'])
  socket.write(request)
  await expect.poll(statuses).toEqual(['200', '200', '503', '503', '200'])
  socket.destroy()
})

test('pipelined requests free their slots when their connection breaks', async () => {
  const request = `GET /v1/me HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${h.account.token}\r\n\r\n`
  const meStatus = async () => (await h.client.get('/v1/me')).status
  let arrived = 0
  h.server.server.on('request', () => {
    arrived += 1
  })
  // More often than there are slots.
  for (let round = 0; round < 3; round++) {
    const blocker = await h.app.pool.connect()
    await blocker.query('begin; lock table sites in access exclusive mode')
    arrived = 0
    const socket = connect({ port: Number(new URL(h.url).port), host: '127.0.0.1' })
    socket.write(request.repeat(2))
    await expect.poll(() => arrived).toBe(2)
    expect(await meStatus()).toBe(503)
    socket.destroy()
    await blocker.query('rollback')
    blocker.release()
    await expect.poll(meStatus).toBe(200)
  }
})

test('a client that disconnects before its response frees its slot', async () => {
  const controller = new AbortController()
  await whileHeldUp(async () => {
    const leaving = [1, 2].map(() =>
      fetch(`${h.url}/v1/contacts/${contactId}/relationships/offers`, {
        method: 'POST',
        headers: { authorization: `Bearer ${h.account.token}`, 'content-type': 'application/vnd.api+json' },
        body: JSON.stringify(offersBody([offerId])),
        signal: controller.signal,
      }).catch(() => null),
    )
    const meStatus = async () => (await h.client.get('/v1/me')).status
    await expect.poll(meStatus).toBe(503)
    controller.abort()
    expect(await Promise.all(leaving)).toEqual([null, null])
    await expect.poll(meStatus).toBe(200)
  })
})
