import {
  BestowError,
  type Failure,
  failureOf,
  failureWithoutAnswer,
  UncertainOutcomeError,
} from './errors.ts'
import { type Credentials, Tokens } from './tokens.ts'

export type ClientOptions = Credentials & {
  /** Where the server is, as in "https://bestow.example.com"; without /v1. */
  baseUrl: string
  /** Whether the server is Bestow with its extensions: Idempotency-Keys and cursors. Left out: unless it is Kajabi's own. */
  extensions?: boolean
  /** How often a request is sent again after a failure that can pass; 0: never. 4 if left out. */
  retries?: number
  /** Milliseconds after which nothing is sent again. 30 seconds if left out. */
  retryWithinMs?: number
  /** Milliseconds to wait for each answer, except to uploads. 15 seconds if left out. */
  timeoutMs?: number
  /** Called before each pause after which a request is sent again. */
  onRetry?: (retry: Retry) => void
  /** Used in place of the global one. */
  fetch?: typeof fetch
}

/** A request that is about to be sent again. */
export interface Retry {
  /** Why, as a sentence. */
  reason: string
  /** Milliseconds until then, and after which it is given up. */
  pauseMs: number
  leftMs: number
}

/** For one call of an operation. */
export interface RequestOptions extends RequestInit {
  /** Of a request that writes; left out, a new one. Give one to repeat a request that an earlier process began. */
  idempotencyKey?: string
  /** Set by createClient(). */
  [CONNECTION]?: Connection
}

export const CONNECTION: unique symbol = Symbol('connection')

const KAJABI = /(^|\.)kajabi\.com$/
const FIRST_PAUSE_MS = 250
const PASSING = [429, 502, 503, 504]
/** The server did nothing, and says so. */
const NOT_EXECUTED = [429, 503]
const TOKEN_PATH = '/v1/oauth/token'

interface Sending {
  path: string
  init: RequestInit
  /** Whether it may be sent again when it is not known if it was executed. */
  isRepeatable: boolean
}

/** One server, as a client reaches it: signs in, waits, and tries again where that is safe. */
export class Connection {
  readonly baseUrl: string
  readonly extensions: boolean
  readonly #options: ClientOptions
  readonly #tokens: Tokens

  constructor(options: ClientOptions) {
    assertNoSecretInBrowser(options)
    this.baseUrl = options.baseUrl.replace(/\/+$/, '').replace(/\/v1$/, '')
    this.extensions = options.extensions ?? !KAJABI.test(new URL(this.baseUrl).hostname)
    this.#options = options
    this.#tokens = new Tokens(options, (body) =>
      this.#deliver({ path: TOKEN_PATH, init: { method: 'POST', body }, isRepeatable: true }, (response) =>
        Promise.resolve(response),
      ),
    )
  }

  /**
   * Sends a request with a token.
   *
   * @param read of an answer that is successful: what came of it; a body that is cut off is a lost answer
   * @throws BestowError
   */
  async send<Result>(
    path: string,
    { idempotencyKey, [CONNECTION]: _own, ...init }: RequestOptions,
    read: (response: Response) => Promise<Result>,
  ): Promise<Result> {
    const method = init.method ?? 'GET'
    const headers = new Headers(init.headers)
    const writes = method !== 'GET' && method !== 'HEAD'
    if (typeof init.body === 'string') headers.set('content-type', 'application/vnd.api+json')
    if (writes && this.extensions && !headers.has('idempotency-key'))
      headers.set('idempotency-key', idempotencyKey ?? randomKey())
    const isRepeatable = method !== 'POST' || this.extensions || isHarmlessTwice(path)
    const attempt = async (token: string | null): Promise<Result | Failure401> => {
      if (token !== null) headers.set('authorization', `Bearer ${token}`)
      return this.#deliver({ path, init: { ...init, headers }, isRepeatable }, async (response) => {
        if (response.ok) return read(response)
        const failure = await failureOf(response)
        if (response.status === 401 && token !== null) return new Failure401(failure)
        throw new BestowError(failure)
      })
    }
    const token = await this.#tokens.get()
    const first = await attempt(token)
    if (!(first instanceof Failure401)) return first
    // It was revoked, or the key was: another one is asked for, once.
    this.#tokens.drop(token!)
    const second = await attempt(await this.#tokens.get())
    if (second instanceof Failure401) throw new BestowError(second.failure)
    return second
  }

  /** Sends until an answer comes that is not about a trouble that passes, or time is up. */
  async #deliver<Result>(sending: Sending, read: (response: Response) => Promise<Result>): Promise<Result> {
    const { retries = 4, retryWithinMs = 30_000, onRetry } = this.#options
    const end = performance.now() + retryWithinMs
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await this.#once(sending, read)
      if ('result' in outcome) return outcome.result
      const { failure } = outcome
      const pauseMs = failure.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** attempt * (0.5 + Math.random())
      if (!sending.isRepeatable && !wasNotExecuted(failure)) throw new UncertainOutcomeError(failure)
      if (attempt >= retries || performance.now() + pauseMs > end) throw new BestowError(failure)
      const reason = failure.errors.map(({ detail }) => detail).join(' ')
      onRetry?.({ reason, pauseMs, leftMs: Math.max(0, end - performance.now()) })
      await sleep(pauseMs, sending.init.signal)
    }
  }

  async #once<Result>(
    { path, init }: Sending,
    read: (response: Response) => Promise<Result>,
  ): Promise<{ result: Result } | { failure: Failure }> {
    const { fetch: send = fetch, timeoutMs = 15_000 } = this.#options
    const limit = init.body instanceof FormData ? [] : [AbortSignal.timeout(timeoutMs)]
    const signal = AbortSignal.any([...limit, ...(init.signal ? [init.signal] : [])])
    try {
      const response = await send(this.baseUrl + path, { ...init, signal })
      return canPass(response) ? { failure: await failureOf(response) } : { result: await read(response) }
    } catch (error) {
      if (error instanceof BestowError || init.signal?.aborted) throw error
      return { failure: failureWithoutAnswer(error) }
    }
  }
}

class Failure401 {
  readonly failure: Failure

  constructor(failure: Failure) {
    this.failure = failure
  }
}

/** Whether the same request may succeed later. 409 with Retry-After: the first one with its key still runs. */
const canPass = ({ status, headers }: Response): boolean =>
  PASSING.includes(status) || (status === 409 && headers.has('retry-after'))

/** Adding to a relationship what is there already changes nothing. */
const isHarmlessTwice = (path: string): boolean => path.includes('/relationships/')

function wasNotExecuted({ status, cause }: Failure): boolean {
  const { code } = ((cause as Error | undefined)?.cause ?? {}) as { code?: string }
  return NOT_EXECUTED.includes(status) || code === 'ECONNREFUSED' || code === 'ENOTFOUND'
}

/** Not randomUUID(): browsers have that on pages by https alone. */
const randomKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')

const sleep = (milliseconds: number, signal?: AbortSignal | null): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const stop = () => {
      clearTimeout(timer)
      reject(signal!.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, milliseconds)
    signal?.addEventListener('abort', stop, { once: true })
  })

/** Test runners put a `document` into Node. */
const isBrowser = (): boolean => 'document' in globalThis && typeof process === 'undefined'

function assertNoSecretInBrowser(options: ClientOptions): void {
  if ('clientSecret' in options && options.clientSecret && isBrowser())
    throw new Error(
      'A client secret must not be in a browser, where everybody can read it. Give getToken, which asks your own server.',
    )
}
