import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import type { App } from '../app.ts'
import { ApiError, badRequest } from '../jsonapi/errors.ts'
import { MONITORING_PATHS } from './monitoring-paths.ts'
import { refuse, refuseConnection, TOO_LATE } from './raw-answers.ts'
import { endReceiving, SlowBodies } from './slow-bodies.ts'

/** How long a client may take to send the head of a request, and its body: unless that is an upload. */
const RECEIVE_TIMEOUT_MS = 15_000
/** What must arrive of an upload in that time. */
const LEAST_UPLOADED_BYTES = 16_000
const RECEIVE_CHECK_MS = 5_000
/** Longer than proxies keep a connection, so that they and not we end it. */
const KEEP_ALIVE_MS = 72_000

const OVERLOADED = new ApiError(
  503,
  'overloaded',
  'The server is at capacity. Nothing was changed; try again.',
  { headers: { 'retry-after': '1' } },
)
const NO_HOST = badRequest('missing_host', 'The request has no Host header.', { header: 'Host' })
const NO_EXPECTATION = new ApiError(
  417,
  'expectation_failed',
  'The only supported expectation is 100-continue.',
  {
    source: { header: 'Expect' },
  },
)
const NO_TUNNEL = new ApiError(405, 'method_not_allowed', 'This is not a proxy: CONNECT is not supported.')

/**
 * Refuses requests beyond those that can be worked on at once. Without it all of them wait in one line, and of three
 * times what can be served hardly one was answered in time. Most are refused before anything else looks at the
 * request: each refusal is time that is taken from the others.
 */
export class RefusingServers {
  readonly #app: App
  readonly #most: number
  readonly #slowBodies: SlowBodies
  #running = 0
  /** Requests whose body is still on its way, and how to stop watching it. They have no place yet. */
  readonly #receiving = new Map<IncomingMessage, () => void>()
  readonly #uploads = new WeakSet<IncomingMessage>()

  constructor(app: App) {
    this.#app = app
    this.#most = app.config.CONCURRENT_REQUESTS || Number.POSITIVE_INFINITY
    this.#slowBodies = new SlowBodies(app.config.TRUST_PROXY)
  }

  /** Makes a server that hands to `handle` what it does not refuse. */
  create(handle: RequestListener): Server {
    const options = {
      // Ours, below, which knows uploads.
      requestTimeout: 0,
      headersTimeout: RECEIVE_TIMEOUT_MS,
      connectionsCheckingInterval: RECEIVE_CHECK_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // Refused below, in our own words.
      requireHostHeader: false,
    }
    return createServer(options, (request, response) => this.#take(request, response, handle))
      .on('checkExpectation', (_request, response: ServerResponse) => refuse(response, NO_EXPECTATION))
      .on('connect', (_request, socket: Socket) => refuseConnection(socket, NO_TUNNEL))
  }

  #take(request: IncomingMessage, response: ServerResponse, handle: RequestListener): void {
    const refusal = this.#refusalOf(request)
    if (refusal) return void refuse(response, refusal)
    this.#running += 1
    // Comes also when the connection breaks, and for all that were sent ahead on it.
    response.once('close', () => this.#leave(request))
    if (hasBody(request)) setImmediate(() => this.#awaitBody(request, response))
    handle(request, response)
  }

  #refusalOf({ url, headers, httpVersion }: IncomingMessage): ApiError | null {
    // What monitors the server must see it also then.
    if (this.#running >= this.#most && !MONITORING_PATHS.includes(url!)) return this.#overloaded()
    return headers.host === undefined && httpVersion === '1.1' ? NO_HOST : null
  }

  /** What came with the head has been read by now. A body that has not come whole gives its place back meanwhile. */
  #awaitBody(request: IncomingMessage, response: ServerResponse): void {
    if (request.complete) return
    this.#limitReceiving(request, response)
    // The answer to these does not wait for it.
    if (response.closed || ['GET', 'HEAD'].includes(request.method!)) return
    this.#running -= 1
    this.#receiving.set(request, this.#slowBodies.watch(request, response))
  }

  #limitReceiving(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request
    let seen = socket.bytesRead
    const timer = setInterval(() => {
      const received = socket.bytesRead - seen
      seen = socket.bytesRead
      if (this.#uploads.has(request) && received >= LEAST_UPLOADED_BYTES && !response.writableFinished) return
      clearInterval(timer)
      if (!request.complete) endReceiving(request, response, TOO_LATE)
    }, RECEIVE_TIMEOUT_MS).unref()
    request.once('close', () => clearInterval(timer))
  }

  /** The body of a request may take as long as it needs, while something of it arrives; it takes no place. */
  receiveLong(request: IncomingMessage): void {
    this.#uploads.add(request)
  }

  /** Takes a place for a request whose body has arrived, unless it has one; the error to answer when none is free. */
  refusalOfArrived(request: IncomingMessage): ApiError | undefined {
    const stopWatching = this.#receiving.get(request)
    if (!stopWatching) return undefined
    stopWatching()
    if (this.#running >= this.#most) return this.#overloaded()
    this.#receiving.delete(request)
    this.#running += 1
    return undefined
  }

  #overloaded(): ApiError {
    this.#app.metrics.refused.inc()
    return OVERLOADED
  }

  #leave(request: IncomingMessage): void {
    const stopWatching = this.#receiving.get(request)
    if (!stopWatching) this.#running -= 1
    stopWatching?.()
    this.#receiving.delete(request)
  }
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
