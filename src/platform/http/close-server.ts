import { Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

/** How long clients get to send one more request, whose response closes the connection. */
const DRAIN_MS = 1_000

/**
 * Answers running and arriving requests, then closes. An idle connection may just carry a request, which would
 * get no answer if it were closed: so from now on each answer ends its connection, and only what is idle after
 * that is closed.
 */
export async function closeServer(fastify: FastifyInstance): Promise<void> {
  const { server } = fastify
  server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'))
  // Connections that have arrived are accepted in this iteration of the event loop.
  await new Promise(setImmediate)
  // Takes no new ones. http.Server's own close would also end the idle ones.
  Server.prototype.close.call(server)
  for (const end = performance.now() + DRAIN_MS; performance.now() < end; await sleep(20)) {
    if ((await countConnections(server)) === 0) break
  }
  while ((await countConnections(server)) > 0) {
    // Right after what has arrived was read: what is idle now has no request that waits for an answer. At another
    // time, on a busy machine, a request could be there and not yet be read.
    await new Promise(setImmediate)
    server.closeIdleConnections()
    await sleep(50)
  }
  await fastify.close()
}

const countConnections = (server: Server) =>
  new Promise<number>((done) => server.getConnections((_error, count) => done(count)))
