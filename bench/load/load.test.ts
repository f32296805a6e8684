import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { load, type Plan } from './load.ts'

let server: Server
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

async function planFor(listener: RequestListener): Promise<Plan> {
  server = createServer(listener)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    token: 'secret',
    loop: { kind: 'closed' },
    connections: 4,
    warmupSeconds: 0,
    seconds: 30,
    requests: {
      method: 'POST',
      paths: ['/things/{n}'],
      body: '{"thing": "é"}',
      numbers: { first: 10, count: 200, step: 7 },
    },
  }
}

test('every number is requested once, with body and token, until they are used up', async () => {
  const seen: string[] = []
  const bodies = new Set<string>()
  const plan = await planFor(async (request, response) => {
    seen.push(request.url!)
    bodies.add(`${request.headers.authorization} ${Buffer.concat(await request.toArray())}`)
    response.setHeader('content-length', 2).end('{}')
  })
  const { statuses, measured } = await load(plan)
  expect([...seen].sort()).toEqual(Array.from({ length: 200 }, (_, i) => `/things/${10 + i}`).sort())
  expect([...bodies]).toEqual(['Bearer secret {"thing": "é"}'])
  expect([statuses, measured]).toEqual([{ 200: 200 }, 200])
})

test('one response other than 200 invalidates the measurement', async () => {
  const plan = await planFor((request, response) => {
    response.statusCode = request.url === '/things/50' ? 409 : 200
    response.setHeader('content-length', 0).end()
  })
  await expect(load(plan)).rejects.toThrow('{"200":199,"409":1}')
})

test('the latency of requests to a stalled server is counted from when they were due', async () => {
  let count = 0
  const plan = await planFor((_request, response) => {
    count += 1
    if (count === 50) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
    response.setHeader('content-length', 0).end()
  })
  // Within half a second 100 requests are due, which wait for 250 ms on average, and only 4 can be in flight.
  const { latency, mostAtOnce, measured } = await load({ ...plan, loop: { kind: 'open', perSecond: 200 } })
  expect(measured).toBe(200)
  expect(latency.max).toBeGreaterThan(450)
  expect(latency.p95).toBeGreaterThan(400)
  expect(mostAtOnce).toBeGreaterThan(50)
})

test('a server that stops under load is an error', async () => {
  const plan = await planFor((request, response) => {
    if (request.url === '/things/80') request.socket.destroy()
    else response.setHeader('content-length', 0).end()
  })
  await expect(load(plan)).rejects.toThrow('ended')
})
