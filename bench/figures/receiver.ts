/** A webhook receiver that responds at once and counts, as a process of its own. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ReceiverReport {
  /** Numbers of requests, and of different deliveries. */
  requests: number
  deliveries: number
  /** Times in milliseconds of the first and the last request. */
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
  if (!listen)
    return process.send!({ requests, deliveries: seen.size, firstAt, lastAt } satisfies ReceiverReport)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.send!({ port: (server.address() as AddressInfo).port })
})
