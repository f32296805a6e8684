import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { badRequest } from '../platform/jsonapi/errors.ts'

/** How a request or an e-mail fails, as `POST /_testing/faults` has it. */
export interface Fault {
  /** It is answered with this error; nothing is done. */
  status?: number
  /** Seconds, for the header Retry-After. */
  retry_after?: number
  /** The connection is cut: before anything is done, or after it was done, so that the answer is lost. */
  drop?: 'before' | 'after'
  /** It is done, but only half of the answer arrives. */
  truncate?: boolean
  /** No answer; nothing is done. */
  timeout?: boolean
  /** Everything else happens so much later. */
  delay_ms?: number
  /** The next e-mail: the mail server refuses it with this status, or does not answer. */
  smtp?: number | 'timeout'
  /** Method and path, of which "*" is one segment: `POST /v1/contacts/*`. Left out: any request to the API. */
  match?: string
  /** How many requests or e-mails fail; 1 if left out. */
  times?: number
}

export const FAULT_STATUSES = [401, 408, 429, 500, 502, 503, 504]

const FaultSchema = Type.Object(
  {
    status: Type.Optional(Type.Integer()),
    retry_after: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400 })),
    drop: Type.Optional(Type.Union([Type.Literal('before'), Type.Literal('after')])),
    truncate: Type.Optional(Type.Literal(true)),
    timeout: Type.Optional(Type.Literal(true)),
    delay_ms: Type.Optional(Type.Integer({ minimum: 1, maximum: 600_000 })),
    smtp: Type.Optional(Type.Union([Type.Integer({ minimum: 400, maximum: 599 }), Type.Literal('timeout')])),
    match: Type.Optional(Type.String({ minLength: 1 })),
    times: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
  },
  { additionalProperties: false },
)

const KINDS = ['status', 'drop', 'truncate', 'timeout', 'smtp'] as const
/** What only requests have. */
const OF_REQUESTS = ['retry_after', 'delay_ms', 'match'] as const

type Matches = (method: string, path: string) => boolean

/** A fault that still has to happen. */
interface Pending {
  fault: Fault
  /** Null: it is for e-mails. */
  matches: Matches | null
  left: number
}

/** Which of the next requests to a server, and of its e-mails, are to fail. */
export class Faults {
  #pending: Pending[] = []

  /** @throws ApiError 400 that says what a fault is */
  add(body: unknown): void {
    const fault = readFault(body)
    const matches = fault.smtp === undefined ? matcher(fault.match) : null
    this.#pending.push({ fault, matches, left: fault.times ?? 1 })
  }

  /** The fault of a request, which then has happened; undefined: it does not fail. */
  take(method: string, path: string): Fault | undefined {
    return this.#use(this.#pending.find(({ matches }) => matches?.(method, path)))
  }

  /** The fault of an e-mail, which then has happened. */
  takeForEmail(): Fault | undefined {
    return this.#use(this.#pending.find(isForEmails))
  }

  get areForEmails(): boolean {
    return this.#pending.some(isForEmails)
  }

  #use(found: Pending | undefined): Fault | undefined {
    if (!found) return undefined
    found.left -= 1
    if (found.left === 0) this.#pending = this.#pending.filter((one) => one !== found)
    return found.fault
  }

  /** Those that have not happened yet, with the number of requests that they are still for. */
  get pending(): Fault[] {
    return this.#pending.map(({ fault, left }) => ({ ...fault, times: left }))
  }

  clear(): void {
    this.#pending = []
  }
}

/** In the header X-Bestow-Fault, and in the journal. */
export const nameOf = ({ status, drop, truncate, timeout }: Fault): string => {
  if (status !== undefined) return String(status)
  if (drop) return `drop ${drop}`
  if (truncate) return 'truncate'
  return timeout ? 'timeout' : 'delay'
}

const isForEmails = ({ matches }: Pending): boolean => matches === null

function readFault(body: unknown): Fault {
  if (!Value.Check(FaultSchema, body)) {
    const [first] = Value.Errors(FaultSchema, body)
    const { instancePath: pointer = '', message = 'is not a fault' } = first ?? {}
    throw badRequest('invalid_fault', `${pointer || 'The fault'} ${message}.`, { pointer })
  }
  const fault = body as Fault
  const kinds = KINDS.filter((kind) => fault[kind] !== undefined)
  if (kinds.length > 1 || (kinds.length === 0 && fault.delay_ms === undefined))
    throw badRequest('invalid_fault', `A fault has one of ${KINDS.join(', ')}, or delay_ms.`, { pointer: '' })
  const unfit = OF_REQUESTS.find((name) => fault[name] !== undefined)
  if (fault.smtp !== undefined && unfit)
    throw badRequest('invalid_fault', `${unfit} is for faults of requests; smtp is for e-mails.`, {
      pointer: `/${unfit}`,
    })
  if (fault.status !== undefined && !FAULT_STATUSES.includes(fault.status))
    throw badRequest('invalid_fault', `status must be one of ${FAULT_STATUSES.join(', ')}.`, {
      pointer: '/status',
    })
  return fault
}

/** By segment, so that it takes linear time. @param pattern method and path, or a path; left out: all of the API */
export function matcher(pattern: string | undefined): Matches {
  if (pattern === undefined) return (_method, path) => path.startsWith('/v1/')
  const [first, second] = pattern.split(' ')
  const [wanted, route] = second === undefined ? [null, first!] : [first!.toUpperCase(), second]
  const segments = route.split('/')
  return (method, path) => {
    const own = path.split('/')
    const isSame = own.length === segments.length && segments.every((one, i) => one === '*' || one === own[i])
    return isSame && (wanted === null || wanted === method)
  }
}
