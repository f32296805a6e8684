/**
 * `bestow/testing`: starts Bestow servers for the tests of other projects. docs/testing.md explains it. This module
 * loads nothing of the server, which runs in another process.
 */
import { join } from 'node:path'
import { connectHost, type HostConnection } from './connect-host.ts'
import {
  Controls,
  type Fault,
  type MailFault,
  type ReceivedRequest,
  type ReceivedWebhook,
} from './controls.ts'
import type { ServerOptions, StartedServer } from './host-protocol.ts'
import { TestAccount } from './test-account.ts'

export type { Fault, MailFault, ReceivedRequest, ReceivedWebhook } from './controls.ts'
export type { EmailFilter, GrantFilter, NewGrant, Ref } from './factories.ts'
export { TestAccount } from './test-account.ts'

export interface StartOptions extends Omit<ServerOptions, 'now'> {
  /** Time of the server's clock; left out, that of the machine. */
  now?: string | Date
  /** Where the database of all test servers is kept; node_modules/.cache/bestow if left out. */
  cacheFolder?: string
  /** PostgreSQL 15 or newer to use instead of the embedded one. Databases named bestow_test_… are made and dropped there. */
  databaseUrl?: string
}

let connections: Record<string, Promise<HostConnection>> = {}

/**
 * Starts a server with an empty database, an account, a site and an API key. The first call of a project takes some
 * seconds, all others a fraction of one.
 *
 * @throws Error that says why it could not be started
 */
export async function startBestow(options: StartOptions = {}): Promise<TestServer> {
  const { cacheFolder, databaseUrl, now, ...rest } = options
  const folder = cacheFolder ?? join(process.cwd(), 'node_modules', '.cache', 'bestow')
  const host = await connectionTo(folder, databaseUrl)
  const started = await host.start({ ...rest, now: now instanceof Date ? now.toISOString() : now })
  return new TestServer(host, started, { demo: options.demo })
}

/** One for each process and folder. */
async function connectionTo(folder: string, databaseUrl?: string): Promise<HostConnection> {
  const known = await connections[folder]?.catch(() => null)
  if (known && !known.isClosed) return known
  connections = { ...connections, [folder]: connectHost({ folder, databaseUrl }) }
  return connections[folder]!
}

/** A server that runs until close(), or until the process ends that has started it. */
export class TestServer extends TestAccount {
  /** A receiver of webhooks, which is part of the server. */
  readonly webhooks: Receiver
  readonly clock: Clock
  readonly #host: HostConnection
  readonly #id: string
  readonly #controls: Controls
  readonly #demo: boolean | undefined

  /** Called by startBestow(). */
  constructor(host: HostConnection, { id, ...access }: StartedServer, { demo }: { demo?: boolean }) {
    super(access)
    this.#host = host
    this.#id = id
    this.#demo = demo
    this.#controls = new Controls(this.baseUrl)
    this.webhooks = new Receiver(this.#controls)
    this.clock = new Clock(this.#controls)
  }

  /** One more account of the server, with a site and a key of its own: for tests that run at the same time. */
  async account(): Promise<TestAccount> {
    return new TestAccount({ url: this.baseUrl, ...(await this.#controls.addAccount()) })
  }

  /** Waits until nothing is due: events are dispatched, e-mails sent or kept, webhooks delivered, automations run. */
  settle({ timeoutMs }: { timeoutMs?: number } = {}): Promise<void> {
    return this.#controls.settle(timeoutMs)
  }

  /** Makes the next request that matches fail, before it is authenticated. Several happen one after the other. */
  failNext(fault: Fault): Promise<void> {
    return this.#controls.addFault(fault)
  }

  /** Makes the mail server refuse the next e-mail, or not answer; it is then sent again later: move the clock. */
  failMail(fault: MailFault = {}): Promise<void> {
    return this.#controls.failMail(fault)
  }

  /**
   * The requests that the code under test has sent, oldest first, also those that met a fault. Those of this kit are
   * left out.
   *
   * @param match method and path, of which "*" is one segment: "POST /v1/contacts/*"
   */
  requests(match?: string): Promise<ReceivedRequest[]> {
    return this.#controls.requests(match)
  }

  /**
   * Empties the server, which keeps its address and its key. Other accounts, faults, and
   * what was received are gone.
   */
  reset({ now, demo = this.#demo }: { now?: string | Date; demo?: boolean } = {}): Promise<void> {
    return this.#controls.reset({ now: now instanceof Date ? now.toISOString() : now, demo })
  }

  /**
   * Ends the server and drops its database.
   *
   * @throws Error when a fault of failNext() or failMail() has not happened: the test has not tested what it was for
   */
  async close(): Promise<void> {
    if (this.#host.isClosed) return
    const unused = await this.#controls.pendingFaults()
    await this.#host.stop(this.#id)
    if (unused.length > 0)
      throw new Error(`Nothing has met these faults of failNext() or failMail(): ${JSON.stringify(unused)}`)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** What webhooks of a server are sent to. */
class Receiver {
  readonly #controls: Controls

  constructor(controls: Controls) {
    this.#controls = controls
  }

  /** For hooks, as in `kajabi.hook({ event: 'offer_granted', url: kajabi.webhooks.url })`. */
  get url(): string {
    return this.#controls.inbox
  }

  /** What has arrived, oldest first; wait for it with settle(). */
  received(): Promise<ReceivedWebhook[]> {
    return this.#controls.received()
  }

  /** Refuses the next deliveries, which the server then repeats: move the clock. @param times 1 if left out */
  answer(status: Fault['status'], { times = 1 }: { times?: number } = {}): Promise<void> {
    return this.#controls.addFault({ status, times, match: `POST ${new URL(this.url).pathname}` })
  }
}

/** The clock of a server. */
class Clock {
  readonly #controls: Controls

  constructor(controls: Controls) {
    this.#controls = controls
  }

  now(): Promise<Date> {
    return this.#controls.now()
  }

  /** Moves it ahead and does what becomes due, in order. @param duration as in "30d", "36h" or "1d12h" */
  advance(duration: string): Promise<Date> {
    return this.#controls.advance(duration)
  }
}
