/** Calls of `/_testing` of a server, which other languages use directly. */
import { anything, assertOptions, type Kind, positive } from './arguments.ts'
import { CLOSED, type IsClosed, TESTER } from './kit-fetch.ts'

/** How a request fails. Give one of `status`, `drop`, `truncate` and `timeout`, or `delayMs`. */
export interface Fault {
  /** It is answered with this error; nothing is done. */
  status?: 401 | 408 | 429 | 500 | 502 | 503 | 504
  /** Seconds, for the header Retry-After. */
  retryAfter?: number
  /** The connection is cut: before anything is done, or after it was done, so that the answer is lost. */
  drop?: 'before' | 'after'
  /** It is done, but only half of the answer arrives. */
  truncate?: true
  /** No answer; nothing is done. */
  timeout?: true
  /** Everything else happens so much later. */
  delayMs?: number
  /** Method and path, of which "*" is one segment: "POST /v1/contacts/*". Left out: the next request to the API. */
  match?: string
  /** How many requests fail; 1 if left out. */
  times?: number
}

/** How the mail server fails: give `smtp` or `timeout`; 451 if both are left out. */
export interface MailFault {
  /** It refuses the e-mail with this status: 4xx, and it is sent again later, or 5xx, and it is not. */
  smtp?: number
  /** It does not answer; the e-mail is sent again later. */
  timeout?: true
  /** How many e-mails fail; 1 if left out. */
  times?: number
}

/** A request that the server has received; what is secret in it is replaced by "[secret]". */
export interface ReceivedRequest {
  /** At the clock of the server. */
  at: string
  method: string
  /** Without the query. */
  path: string
  query: Record<string, string>
  headers: Record<string, string | string[] | undefined>
  /** Of JSON and of forms; null for others, for none, and for more than 64 kB. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever was sent
  body: any
  /** Null: no whole answer was sent. */
  status: number | null
  /** The fault of failNext() that it has met, as in "429" or "drop after". */
  fault: string | null
}

/** A webhook that the server has sent to its own receiver. */
export interface ReceivedWebhook {
  /** Type of the event, as in "offer_granted". */
  event: string | null
  headers: Record<string, string | string[] | undefined>
  /** What your receiver would get. */
  // biome-ignore lint/suspicious/noExplicitAny: of any event
  body: any
}

const INBOX = '/_testing/webhooks'

const FAULT_EXAMPLE = "failNext({ status: 503, match: 'POST /v1/contacts' })"

/** What a fault can have; the server says what each must be. */
const FAULT: Record<keyof Fault, Kind> = {
  status: anything,
  retryAfter: anything,
  drop: anything,
  truncate: anything,
  timeout: anything,
  delayMs: anything,
  match: anything,
  times: anything,
}

/** What happens; the others say when. */
const KINDS = ['status', 'drop', 'truncate', 'timeout', 'delayMs'] as const

const MAIL_FAULT: Record<keyof MailFault, Kind> = {
  smtp: anything,
  timeout: { form: 'true', accepts: (value) => value === true },
  times: positive,
}

export class Controls {
  readonly #baseUrl: string
  readonly #isClosed: IsClosed

  constructor(baseUrl: string, isClosed: IsClosed) {
    this.#baseUrl = baseUrl
    this.#isClosed = isClosed
  }

  get inbox(): string {
    return this.#baseUrl + INBOX
  }

  async reset(beginning: { now?: string; demo?: boolean }): Promise<void> {
    await this.#call('POST', '/_testing/reset', beginning)
  }

  async now(): Promise<Date> {
    const { now } = await this.#call<{ now: string }>('GET', '/_testing/clock')
    return new Date(now)
  }

  async advance(duration: string): Promise<Date> {
    const { now } = await this.#call<{ now: string }>('POST', '/_testing/clock', { advance: duration })
    return new Date(now)
  }

  async settle(timeoutMs?: number): Promise<void> {
    await this.#call('POST', '/_testing/settle', { timeout_ms: timeoutMs })
  }

  async addFault(given: Fault): Promise<void> {
    const { retryAfter, delayMs, ...fault } = given
    await this.#call('POST', '/_testing/faults', { ...fault, retry_after: retryAfter, delay_ms: delayMs })
  }

  async failNext(fault: Fault): Promise<void> {
    assertOptions('failNext', fault, { kinds: FAULT, example: FAULT_EXAMPLE })
    const isGiven = KINDS.some((kind) => fault?.[kind] !== undefined)
    if (!isGiven)
      throw new TypeError(`failNext() needs one of ${KINDS.join(', ')}. Example: ${FAULT_EXAMPLE}`)
    await this.addFault(fault)
  }

  async failMail(fault: MailFault): Promise<void> {
    const example = 'failMail({ smtp: 451 })'
    assertOptions('failMail', fault, { kinds: MAIL_FAULT, example })
    const { smtp = 451, timeout, times } = fault
    if (timeout && fault.smtp !== undefined)
      throw new TypeError(`failMail() takes "smtp" or "timeout", not both. Example: ${example}`)
    await this.#call('POST', '/_testing/faults', { smtp: timeout ? 'timeout' : smtp, times })
  }

  async requests(match?: string): Promise<ReceivedRequest[]> {
    const query = match === undefined ? '' : `?${new URLSearchParams({ match })}`
    return (await this.#call<{ requests: ReceivedRequest[] }>('GET', `/_testing/requests${query}`)).requests
  }

  async addAccount(): Promise<{ client_id: string; client_secret: string }> {
    return this.#call('POST', '/_testing/accounts', {})
  }

  async pendingFaults(): Promise<object[]> {
    return (await this.#call<{ pending: object[] }>('GET', '/_testing/faults')).pending
  }

  async received(): Promise<ReceivedWebhook[]> {
    return (await this.#call<{ received: ReceivedWebhook[] }>('GET', INBOX)).received
  }

  async #call<Result>(method: string, path: string, body?: object): Promise<Result> {
    if (this.#isClosed()) throw new Error(CLOSED)
    const response = await fetch(this.#baseUrl + path, {
      method,
      headers: { 'content-type': 'application/json', ...TESTER },
      body: body && JSON.stringify(body),
    }).catch((cause) => {
      throw new Error(`The test server at ${this.#baseUrl} does not answer: its process has ended.`, {
        cause,
      })
    })
    const answer = (await response.json()) as Result & { errors?: { detail: string }[] }
    if (!response.ok)
      throw new Error(
        answer.errors?.map(({ detail }) => asInKit(detail)).join(' ') ?? `${path}: ${response.status}`,
      )
    return answer
  }
}

/** Names as the options of the kit have them. */
const asInKit = (detail: string): string =>
  detail.replace(/\b(retry_after|delay_ms|timeout_ms)\b/g, (name) =>
    name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
  )
