import { type Client, type ClientOptions, createClient } from '../client/index.ts'
import { fetchAsTester } from './controls.ts'
import { Factories } from './factories.ts'

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

  /** Called by startBestow() and account(). */
  constructor({ url, client_id, client_secret }: Access) {
    super(
      createClient({ baseUrl: url, clientId: client_id, clientSecret: client_secret, fetch: fetchAsTester }),
    )
    this.baseUrl = url
    this.clientId = client_id
    this.clientSecret = client_secret
    this.env = { KAJABI_API_URL: url, KAJABI_CLIENT_ID: client_id, KAJABI_CLIENT_SECRET: client_secret }
  }

  /** A client of the account. @param options of bestow/client */
  client(options: Partial<Omit<ClientOptions, 'baseUrl'>> = {}): Client {
    const { baseUrl, clientId, clientSecret } = this
    return createClient({ baseUrl, clientId, clientSecret, ...options } as ClientOptions)
  }
}
