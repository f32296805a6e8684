import type { IncomingMessage, ServerResponse } from 'node:http'
import proxyAddr from '@fastify/proxy-addr'
import { ApiError } from '../jsonapi/errors.ts'
import { refuseConnection } from './raw-answers.ts'

/** A body that takes longer to arrive is slow. */
const SLOW_AFTER_MS = 1_000
/** Of one address, at the same time. */
const MOST_SLOW_BODIES = 20

const TOO_MANY = new ApiError(
  429,
  'too_many_slow_bodies',
  `More than ${MOST_SLOW_BODIES} requests from this address are still sending their bodies. Send fewer concurrently.`,
  { headers: { 'retry-after': '1' } },
)

/** Limits how many bodies an address may send slowly: each holds a connection, and what has come of it. */
export class SlowBodies {
  readonly #slow = new Map<string, number>()
  readonly #proxies: number

  /** @param proxies in front whose X-Forwarded-For is believed */
  constructor(proxies: number) {
    this.#proxies = proxies
  }

  /**
   * Begins to watch a body that has not arrived yet.
   *
   * @returns ends the watch, when the body has arrived or will not come
   */
  watch(request: IncomingMessage, response: ServerResponse): () => void {
    const address = proxyAddr(request, (_address, hop) => hop < this.#proxies)
    let isCounted = false
    const timer = setTimeout(() => {
      const count = this.#slow.get(address) ?? 0
      isCounted = count < MOST_SLOW_BODIES
      if (isCounted) this.#slow.set(address, count + 1)
      else endReceiving(request, response, TOO_MANY)
    }, SLOW_AFTER_MS)
    return () => {
      clearTimeout(timer)
      if (isCounted) this.#release(address)
      isCounted = false
    }
  }

  #release(address: string): void {
    const left = this.#slow.get(address)! - 1
    if (left > 0) this.#slow.set(address, left)
    else this.#slow.delete(address)
  }
}

/**
 * Ends a connection whose request is not received any more. Past Fastify, which waits for the body. The error cannot be
 * sent while earlier responses on the connection are pending.
 */
export function endReceiving({ socket }: IncomingMessage, response: ServerResponse, error: ApiError): void {
  if (response.socket && !response.headersSent) refuseConnection(socket, error)
  else socket.destroy()
}
