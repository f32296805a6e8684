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

const oneOf = (values: readonly unknown[]) => (value: unknown) => values.includes(value)
const integer = (least: number, most: number) => (value: unknown) =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most

/** What each member must be: in words that complete "must be", and as a check. */
const MEMBERS: Record<keyof Fault, [form: string, isIt: (value: unknown) => boolean]> = {
  status: [`one of ${FAULT_STATUSES.join(', ')}`, oneOf(FAULT_STATUSES)],
  retry_after: ['a whole number of seconds from 0 to 86400', integer(0, 86_400)],
  drop: ['"before" or "after"', oneOf(['before', 'after'])],
  truncate: ['true', oneOf([true])],
  timeout: ['true', oneOf([true])],
  delay_ms: ['a whole number of milliseconds from 1 to 600000', integer(1, 600_000)],
  smtp: [
    'a status from 400 to 599, or "timeout"',
    (value) => value === 'timeout' || integer(400, 599)(value),
  ],
  match: ['a method and a path, as in "POST /v1/contacts/*", or a path', isPattern],
  times: ['a whole number from 1 to 1000000', integer(1, 1_000_000)],
}

export const FAULT_MEMBERS = Object.keys(MEMBERS)

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

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

  /** @param members those that FAULT_MEMBERS names @throws ApiError 400 that says what is wrong with them */
  add(members: object): void {
    const fault = readFault(members)
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

function readFault(fault: Fault): Fault {
  for (const [name, value] of Object.entries(fault)) {
    const [form, isIt] = MEMBERS[name as keyof Fault]
    if (!isIt(value))
      throw badRequest('invalid_fault', `${name} must be ${form}, not ${JSON.stringify(value)}.`, {
        pointer: `/${name}`,
      })
  }
  const kinds = KINDS.filter((kind) => fault[kind] !== undefined)
  if (kinds.length > 1 || (kinds.length === 0 && fault.delay_ms === undefined))
    throw badRequest('invalid_fault', `A fault has exactly one of ${KINDS.join(', ')}, or delay_ms.`, {
      pointer: '',
    })
  const unfit = OF_REQUESTS.find((name) => fault[name] !== undefined)
  if (fault.smtp !== undefined && unfit)
    throw badRequest('invalid_fault', `${unfit} is for faults of requests; smtp is for e-mails.`, {
      pointer: `/${unfit}`,
    })
  return fault
}

/** Whether requests can match it: paths are compared without their queries. */
export function isPattern(value: unknown): boolean {
  if (typeof value !== 'string') return false
  const [method, path, ...more] = partsOf(value)
  return (
    (method === null || METHODS.includes(method)) &&
    path.startsWith('/') &&
    !/[?#]/.test(path) &&
    more.length === 0
  )
}

/** Method, or null, and path of a pattern; and what does not belong there. */
function partsOf(pattern: string): [method: string | null, path: string, ...more: string[]] {
  const [first = '', second, ...more] = pattern.split(' ')
  return second === undefined ? [null, first] : [first.toUpperCase(), second, ...more]
}

/** By segment, so that it takes linear time. @param pattern method and path, or a path; left out: all of the API */
export function matcher(pattern: string | undefined): Matches {
  if (pattern === undefined) return (_method, path) => path.startsWith('/v1/')
  const [wanted, route] = partsOf(pattern)
  const segments = route.split('/')
  return (method, path) => {
    const own = path.split('/')
    const isSame = own.length === segments.length && segments.every((one, i) => one === '*' || one === own[i])
    return isSame && (wanted === null || wanted === method)
  }
}
