/// <reference lib="esnext.disposable" preserve="true" />
/**
 * `bestow/testing`: starts Bestow servers for the tests of other projects. docs/testing.md explains it. This module
 * loads nothing of the server, which runs in another process.
 */
import { join } from 'node:path'
import {
  anything,
  assertArgument,
  assertOptions,
  flag,
  type Kind,
  positive,
  postgresAddress,
  text,
  texts,
  time,
} from './arguments.ts'
import { connectHost, type HostConnection } from './connect-host.ts'
import {
  Controls,
  type Fault,
  type MailFault,
  type ReceivedRequest,
  type ReceivedWebhook,
} from './controls.ts'
import type { IsClosed } from './kit-fetch.ts'
import type { ServerOptions, StartedServer } from './server-options.ts'
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

const START: Record<keyof StartOptions, Kind> = {
  now: time,
  demo: flag,
  settings: texts,
  cacheFolder: text,
  databaseUrl: postgresAddress,
}
const START_EXAMPLE = "startBestow({ now: '2026-01-15T09:00:00Z' })"

let connections: Record<string, Promise<HostConnection>> = {}

/**
 * Starts a server with an empty database, an account, a site and an API key. The first call of a project takes some
 * seconds, all others a fraction of one.
 *
 * @throws Error that says what is wrong with an option, or why it could not be started
 */
export async function startBestow(options: StartOptions = {}): Promise<TestServer> {
  assertOptions('startBestow', options, { kinds: START, example: START_EXAMPLE })
  const { cacheFolder, databaseUrl, now, ...rest } = options
  const folder = cacheFolder ?? join(process.cwd(), 'node_modules', '.cache', 'bestow')
  const host = await connectionTo(folder, databaseUrl)
  const beginning = { now: isoTime(now), demo: options.demo }
  const started = await host.start({ ...rest, ...beginning })
  return new TestServer(host, started, beginning)
}

const isoTime = (time: string | Date | undefined) => (time instanceof Date ? time.toISOString() : time)

/** One for each process and folder. */
async function connectionTo(folder: string, databaseUrl?: string): Promise<HostConnection> {
  const known = await connections[folder]?.catch(() => null)
  if (known && !known.isClosed) return known
  connections = { ...connections, [folder]: connectHost({ folder, databaseUrl }) }
  return connections[folder]!
}

/** How a server begins, and begins again with reset(). */
interface Beginning {
  now?: string
  demo?: boolean
}

/** The process that the server runs in. */
interface Host {
  isClosed: boolean
  stop: (id: string) => Promise<void>
}

/** A server that runs until close(), or until the process ends that has started it. */
export class TestServer extends TestAccount {
  /** A receiver of webhooks, which is part of the server. */
  readonly webhooks: Receiver
  readonly clock: Clock
  readonly #host: Host
  readonly #id: string
  readonly #controls: Controls
  readonly #beginning: Beginning
  readonly #isClosed: IsClosed
  #end: Promise<void> | null = null

  /** Called by startBestow(). */
  constructor(host: Host, { id, ...access }: StartedServer, beginning: Beginning) {
    const isClosed = () => this.#end !== null
    super(access, isClosed)
    this.#host = host
    this.#id = id
    this.#beginning = beginning
    this.#isClosed = isClosed
    this.#controls = new Controls(this.baseUrl, isClosed)
    this.webhooks = new Receiver(this.#controls)
    this.clock = new Clock(this.#controls)
  }

  /** One more account of the server, with a site and a key of its own: for tests that run at the same time. */
  async account(): Promise<TestAccount> {
    return new TestAccount({ url: this.baseUrl, ...(await this.#controls.addAccount()) }, this.#isClosed)
  }

  /** Waits until nothing is due: events are dispatched, e-mails sent or kept, webhooks delivered, automations run. */
  async settle(options: { timeoutMs?: number } = {}): Promise<void> {
    assertOptions('settle', options, {
      kinds: { timeoutMs: anything },
      example: 'settle({ timeoutMs: 30_000 })',
    })
    await this.#controls.settle(options.timeoutMs)
  }

  /** Makes the next request that matches fail, before it is authenticated. Several happen one after the other. */
  failNext(fault: Fault): Promise<void> {
    return this.#controls.failNext(fault)
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
  async requests(match?: string): Promise<ReceivedRequest[]> {
    if (match !== undefined) assertArgument('requests', match, text, "requests('POST /v1/contacts/*')")
    return this.#controls.requests(match)
  }

  /**
   * Empties the server, which begins again as it was started: with the same address, key, time and demo. Other
   * accounts, faults, and what was received are gone.
   */
  async reset(options: { now?: string | Date; demo?: boolean } = {}): Promise<void> {
    const kinds = { now: time, demo: flag }
    assertOptions('reset', options, { kinds, example: "reset({ now: '2026-03-01T00:00:00Z' })" })
    const { now = this.#beginning.now, demo = this.#beginning.demo } = options
    await this.#controls.reset({ now: isoTime(now), demo })
  }

  /**
   * Ends the server and drops its database. Called again, it does nothing.
   *
   * @throws Error when a fault of failNext() or failMail() has not happened: the test has not tested what it was for
   */
  close(): Promise<void> {
    // Whoever called first learns what went wrong.
    if (this.#end) return this.#end.catch(() => {})
    const pending = this.#host.isClosed ? Promise.resolve([]) : this.#controls.pendingFaults()
    this.#end = this.#stop(pending)
    return this.#end
  }

  async #stop(pending: Promise<object[]>): Promise<void> {
    const unused = await pending
    if (!this.#host.isClosed) await this.#host.stop(this.#id)
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
  async answer(status: NonNullable<Fault['status']>, options: { times?: number } = {}): Promise<void> {
    const example = 'webhooks.answer(500, { times: 2 })'
    assertArgument('webhooks.answer', status, positive, example)
    assertOptions('webhooks.answer', options, { kinds: { times: positive }, example })
    const { times = 1 } = options
    await this.#controls.addFault({ status, times, match: `POST ${new URL(this.url).pathname}` })
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
  async advance(duration: string): Promise<Date> {
    assertArgument('clock.advance', duration, text, "clock.advance('30d')")
    return this.#controls.advance(duration)
  }
}
