import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '../../testing/harness.ts'

const PLACES = 5
let h: Harness
const sockets: Socket[] = []
beforeAll(async () => {
  h = await startHarness({ settings: { CONCURRENT_REQUESTS: String(PLACES), TRUST_PROXY: '1' } })
})
afterAll(async () => {
  for (const socket of sockets) socket.destroy()
  await h.close()
})

interface Slow {
  socket: Socket
  received: () => string
}

/** Sends the headers of a token request, and one byte of its body. */
function beginSlowly(address: string): Slow {
  const socket = connect({ port: Number(new URL(h.url).port), host: '127.0.0.1' }).setEncoding('latin1')
  let received = ''
  socket.on('data', (text: string) => {
    received += text
  })
  socket.on('error', () => {})
  sockets.push(socket)
  const head = ['POST /v1/oauth/token HTTP/1.1', 'host: localhost', `x-forwarded-for: ${address}`]
  socket.write(`${head.join('\r\n')}\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n{`)
  return { socket, received: () => received }
}

const statusOf = ({ received }: Slow) => /^HTTP\/1\.1 (\d+)/.exec(received())?.[1]

test('bodies that arrive byte by byte take no slots, are limited in number per address, and are then served', async () => {
  const slow = Array.from({ length: 30 }, () => beginSlowly('203.0.113.7'))
  const other = Array.from({ length: 10 }, () => beginSlowly('203.0.113.8'))
  await sleep(300)
  for (let n = 0; n < 2 * PLACES; n++) expect((await h.client.get('/v1/me')).status).toBe(200)
  await expect.poll(() => slow.filter((one) => statusOf(one) === '429').length, { timeout: 10_000 }).toBe(10)
  const refused = slow.find((one) => statusOf(one) === '429')!
  const [head, body] = refused.received().split('\r\n\r\n')
  expect(head).toMatch(/content-type: application\/vnd\.api\+json/i)
  expect(JSON.parse(body!).errors[0]).toMatchObject({ status: '429', code: 'too_many_slow_bodies' })
  expect(other.filter((one) => statusOf(one) !== undefined)).toEqual([])
  // No more concurrently than there are slots.
  for (const one of other) {
    one.socket.write('"a": "b12"}')
    await expect.poll(() => statusOf(one), { timeout: 10_000 }).toBe('400')
  }
  for (const { socket } of slow) socket.destroy()
  await sleep(100)
  const again = beginSlowly('203.0.113.7')
  await sleep(1_500)
  expect(statusOf(again)).toBe(undefined)
})

test('a body that arrives when all slots are taken is refused, and keeps no slot', async () => {
  const blocker = await h.app.pool.connect()
  await blocker.query('begin; lock table sites in access exclusive mode')
  const late = beginSlowly('203.0.113.9')
  await sleep(200)
  const pending = Array.from({ length: PLACES }, () => h.client.get('/v1/me'))
  const meStatus = async () => (await h.client.get('/v1/me')).status
  await expect.poll(meStatus).toBe(503)
  late.socket.write('"a": "b12"}')
  await expect.poll(() => statusOf(late)).toBe('503')
  await blocker.query('rollback')
  blocker.release()
  expect((await Promise.all(pending)).map(({ status }) => status)).toEqual(Array(PLACES).fill(200))
  const after = await Promise.all(Array.from({ length: PLACES }, meStatus))
  expect(after).toEqual(Array(PLACES).fill(200))
})
