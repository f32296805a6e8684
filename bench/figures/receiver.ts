/** A receiver of webhooks that answers at once and counts, as a process of its own. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Told {
  /** Requests, and how many different deliveries they were. */
  requests: number
  deliveries: number
  /** Milliseconds, when the first and the last one came. */
  firstAt: number
  lastAt: number
}

const seen = new Set<string>()
let [requests, firstAt, lastAt] = [0, 0, 0]

const server = createServer((request, response) => {
  request.resume().once('end', () => {
    requests += 1
    seen.add(String(request.headers['webhook-id']))
    lastAt = performance.now()
    firstAt ||= lastAt
    response.writeHead(204).end()
  })
})

process.on('message', async ({ listen }: { listen: boolean }) => {
  if (!listen) return process.send!({ requests, deliveries: seen.size, firstAt, lastAt } satisfies Told)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.send!({ port: (server.address() as AddressInfo).port })
})
