import { type Client, type ClientOptions, createClient } from '../client/index.ts'
import { assertOptions } from './arguments.ts'
import { Factories } from './factories.ts'
import { CLOSED, type IsClosed, kitFetch } from './kit-fetch.ts'

/** Where an account is, and the key that opens it. */
export interface Access {
  url: string
  client_id: string
  client_secret: string
}

/** An account of a server, with a site and an API key. */
export class TestAccount extends Factories {
  /** Address of the server, without /v1. */
  readonly baseUrl: string
  /** Of an API key that may do everything in the account. */
  readonly clientId: string
  readonly clientSecret: string
  /** Settings for the code under test, named like those that `bestow status --env` prints. */
  readonly env: { KAJABI_API_URL: string; KAJABI_CLIENT_ID: string; KAJABI_CLIENT_SECRET: string }

  readonly #isClosed: IsClosed

  /** Called by startBestow() and account(). @param isClosed whether the server has ended */
  constructor({ url, client_id, client_secret }: Access, isClosed: IsClosed) {
    const fetch = kitFetch(isClosed)
    super(createClient({ baseUrl: url, clientId: client_id, clientSecret: client_secret, fetch }))
    this.#isClosed = isClosed
    this.baseUrl = url
    this.clientId = client_id
    this.clientSecret = client_secret
    this.env = { KAJABI_API_URL: url, KAJABI_CLIENT_ID: client_id, KAJABI_CLIENT_SECRET: client_secret }
  }

  /** A client of the account. @param options of bestow/client */
  client(options: Partial<Omit<ClientOptions, 'baseUrl'>> = {}): Client {
    if (this.#isClosed()) throw new Error(CLOSED)
    assertOptions('client', options, { kinds: {}, isOpen: true, example: 'client({ retries: 0 })' })
    const { baseUrl, clientId, clientSecret } = this
    const credentials = 'getToken' in options ? {} : { clientId, clientSecret }
    return createClient({ baseUrl, ...credentials, ...options } as ClientOptions)
  }
}
