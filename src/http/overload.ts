import { randomUUID } from 'node:crypto'
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { App } from '../app.ts'
import { ApiError, errorDocument } from '../jsonapi/errors.ts'
import { MEDIA_TYPE } from '../jsonapi/schemas.ts'
import { WATCHED_PATHS } from './health.ts'

/** How long a client may take to send a request, which has its place meanwhile; Node's own limit is five minutes. */
const RECEIVE_TIMEOUT_MS = 15_000
const RECEIVE_CHECK_MS = 5_000
/** Longer than proxies keep a connection, so that they and not we end it. */
const KEEP_ALIVE_MS = 72_000

const OVERLOADED = new ApiError(
  503,
  'overloaded',
  'More requests come than can be served. Nothing was changed; try again.',
  { headers: { 'retry-after': '1' } },
)

/**
 * Makes servers that refuse requests beyond those that can be worked on at once. Without it all of them wait in one
 * line, and of three times what can be served hardly one was answered in time. They refuse before anything else
 * looks at the request: each refusal is time that is taken from the others.
 */
export function refusingServers({ config, metrics }: App): (handle: RequestListener) => Server {
  const most = config.CONCURRENT_REQUESTS || Number.POSITIVE_INFINITY
  const options = {
    requestTimeout: RECEIVE_TIMEOUT_MS,
    connectionsCheckingInterval: RECEIVE_CHECK_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  }
  let running = 0
  return (handle) =>
    createServer(options, (request, response) => {
      // What watches over the server must see it also then.
      if (running >= most && !WATCHED_PATHS.includes(request.url!)) {
        metrics.refused.inc()
        return refuse(response)
      }
      running += 1
      // Comes also when the connection breaks, and for all that were sent ahead on it.
      response.once('close', () => {
        running -= 1
      })
      handle(request, response)
    })
}

function refuse(response: ServerResponse): void {
  const id = randomUUID()
  const body = JSON.stringify(errorDocument(OVERLOADED, id))
  const headers = {
    ...OVERLOADED.headers,
    'content-type': MEDIA_TYPE,
    'content-length': Buffer.byteLength(body),
    'x-request-id': id,
  }
  response.writeHead(OVERLOADED.status, headers).end(body)
}
