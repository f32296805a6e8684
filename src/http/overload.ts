import { randomUUID } from 'node:crypto'
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { App } from '../app.ts'
import { ApiError, errorDocument } from '../jsonapi/errors.ts'
import { MEDIA_TYPE } from '../jsonapi/schemas.ts'
import { WATCHED_PATHS } from './health.ts'

/** How long a client may take to send a request; Node's own limit is five minutes. */
const RECEIVE_TIMEOUT_MS = 60_000
/** Longer than proxies keep a connection, so that they and not we end it. */
const KEEP_ALIVE_MS = 72_000

const OVERLOADED = new ApiError(
  503,
  'overloaded',
  'More requests come than can be served. Nothing was changed; try again.',
  { headers: { 'retry-after': '1' } },
)
/**
 * A server that refuses requests beyond those that can be worked on at once. Without it all of them wait in one
 * line, and of three times what can be served hardly one was answered in time. It refuses before anything else
 * looks at the request: each refusal is time that is taken from the others.
 */
export function createPatientServer({ config, metrics }: App, handle: RequestListener): Server {
  const most = config.CONCURRENT_REQUESTS || Number.POSITIVE_INFINITY
  let running = 0
  const options = { requestTimeout: RECEIVE_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS }
  return createServer(options, (request, response) => {
    // What watches over the server must see it also then.
    if (running >= most && !WATCHED_PATHS.includes(request.url!)) {
      metrics.refused.inc()
      return refuse(response)
    }
    running += 1
    response.once('close', () => {
      running -= 1
    })
    handle(request, response)
  })
}

function refuse(response: ServerResponse): void {
  const id = randomUUID()
  const headers = { ...OVERLOADED.headers, 'content-type': MEDIA_TYPE, 'x-request-id': id }
  response.writeHead(OVERLOADED.status, headers).end(JSON.stringify(errorDocument(OVERLOADED, id)))
}
