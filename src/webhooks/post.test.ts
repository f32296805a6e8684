import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openConnections } from './connections.ts'
import { post } from './post.ts'

let server: Server
let answer: (socket: Socket) => void
const sockets = new Set<Socket>()
beforeAll(async () => {
  server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', () => answer(socket))
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
})
afterAll(() => {
  for (const socket of sockets) socket.destroy()
  server.close()
})

const agent = openConnections({ allowsPrivate: true, connectTimeoutMs: 1_000 })

function send(answering: (socket: Socket) => void, url?: string) {
  answer = answering
  const { port } = server.address() as AddressInfo
  return post(agent, { url: new URL(url ?? `http://127.0.0.1:${port}/`), headers: {}, body: '{}' }, 500)
}

const OK = 'HTTP/1.1 200 OK\r\n'

test('the beginning of a long response is kept', async () => {
  const answered = await send((socket) =>
    socket.end(`${OK}content-length: 50000\r\n\r\n${'a'.repeat(50_000)}`),
  )
  expect(answered).toMatchObject({ status: 200, error: null, body: 'a'.repeat(20_000) })
})

test('reading an endless response stops, and the response counts', async () => {
  const answered = await send((socket) => {
    socket.write(`${OK}\r\n`)
    const pour = () => socket.writable && socket.write('a'.repeat(10_000), pour)
    pour()
  })
  expect(answered).toMatchObject({ status: 200, error: null, body: 'a'.repeat(20_000) })
})

test('reading a slow response stops in time, and the response counts', async () => {
  const answered = await send((socket) => socket.write(`${OK}content-length: 100\r\n\r\na`))
  expect(answered).toMatchObject({ status: 200, error: null, body: 'a' })
  expect(answered.durationMs).toBeLessThan(5_000)
})

test('characters that cannot be stored are left out', async () => {
  const body = Buffer.from([0x61, 0x00, 0xff, 0x62])
  const answered = await send((socket) =>
    socket.end(Buffer.concat([Buffer.from(`${OK}content-length: 4\r\n\r\n`), body])),
  )
  expect(answered.body).toBe('a\ufffdb')
})

test.each<[string, (socket: Socket) => void]>([
  ['timed_out', () => {}],
  ['timed_out', (socket) => socket.write('HTTP/1.1 200')],
  ['connection_broken', (socket) => socket.destroy()],
  ['connection_broken', (socket) => socket.resetAndDestroy()],
  ['malformed_answer', (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')],
  ['malformed_answer', (socket) => socket.end(`${OK}x: ${'a'.repeat(100_000)}\r\n\r\n`)],
])('an invalid response is recorded as %s', async (error, answering) => {
  expect(await send(answering)).toMatchObject({ status: null, body: null, error })
})

test.each([
  ['connection_refused', 'http://127.0.0.1:9/'],
  ['name_not_found', 'http://nobody.invalid/'],
])('an unreachable target is recorded as %s', async (error, url) => {
  expect(await send(() => {}, url)).toMatchObject({ status: null, error })
})

test('a receiver without TLS is recorded as such', async () => {
  const { port } = server.address() as AddressInfo
  const answered = await send((socket) => socket.end('HTTP/1.1 400 no\r\n\r\n'), `https://127.0.0.1:${port}/`)
  expect(answered).toMatchObject({ status: null, error: 'tls_failed' })
})
