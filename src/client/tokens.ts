import { BestowError, failureOf } from './errors.ts'

/** How a client signs in. */
export type Credentials =
  | { clientId: string; clientSecret: string }
  /** For a browser: asks your own server for an access token. Called again after a 401. */
  | { getToken: () => string | Promise<string> }
  /** For operations that need no token. */
  | { clientId?: undefined; getToken?: undefined }

interface Answer {
  access_token: string
  refresh_token?: string
  expires_in: number
}

/** A token is replaced this long before it ends. */
const MARGIN_MS = 60_000

/** Access tokens, each used until shortly before it ends. At most one request for a new one is active. */
export class Tokens {
  #current: { value: string; endsAt: number } | null = null
  #coming: Promise<string> | null = null
  #refreshToken: string | null = null
  readonly #credentials: Credentials
  readonly #post: (body: URLSearchParams) => Promise<Response>

  /** @param post sends a form to the token endpoint, and tries again where that can help */
  constructor(credentials: Credentials, post: (body: URLSearchParams) => Promise<Response>) {
    this.#credentials = credentials
    this.#post = post
  }

  /** An access token; null when there are no credentials. */
  async get(): Promise<string | null> {
    const { clientId, getToken } = this.#credentials as { clientId?: string; getToken?: () => string }
    if (clientId === undefined && !getToken) return null
    if (this.#current && performance.now() < this.#current.endsAt) return this.#current.value
    this.#coming ??= this.#fetch().finally(() => {
      this.#coming = null
    })
    return this.#coming
  }

  /** Makes the next request use another token than this one, which was refused. */
  drop(value: string): void {
    if (this.#current?.value === value) this.#current = null
  }

  async #fetch(): Promise<string> {
    if ('getToken' in this.#credentials && this.#credentials.getToken)
      return this.#keep({
        access_token: await this.#credentials.getToken(),
        expires_in: Number.POSITIVE_INFINITY,
      })
    const { clientId, clientSecret } = this.#credentials as { clientId: string; clientSecret: string }
    const client = { client_id: clientId, client_secret: clientSecret }
    if (this.#refreshToken !== null) {
      const refresh_token = this.#refreshToken
      // It is good once: whatever comes of it, it is not used again.
      this.#refreshToken = null
      const response = await this.#send({ grant_type: 'refresh_token', refresh_token, ...client })
      if (response.ok) return this.#keep((await response.json()) as Answer)
      await response.body?.cancel()
    }
    const response = await this.#send({ grant_type: 'client_credentials', ...client })
    if (!response.ok) throw new BestowError(await failureOf(response))
    return this.#keep((await response.json()) as Answer)
  }

  #send(form: Record<string, string>): Promise<Response> {
    return this.#post(new URLSearchParams(form))
  }

  #keep({ access_token, refresh_token, expires_in }: Answer): string {
    // A short-lived one is used for half of its time.
    const goodForMs = Math.max(expires_in * 1000 - MARGIN_MS, expires_in * 500)
    this.#current = { value: access_token, endsAt: performance.now() + goodForMs }
    this.#refreshToken = refresh_token ?? null
    return access_token
  }
}
