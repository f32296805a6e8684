/** One thing that is wrong with a request, as the API describes it. */
export interface Problem {
  status: string
  code: string
  title: string
  detail: string
  source?: { pointer?: string; parameter?: string; header?: string }
}

/** What a BestowError is made of. */
export interface Failure {
  /** HTTP status; 0: no answer came. */
  status: number
  /** At least one. */
  errors: Problem[]
  requestId?: string | null
  retryAfterMs?: number | null
  cause?: unknown
}

/** A request that was not successful. Decide by `code`, show `detail`. */
export class BestowError extends Error {
  /** A constant: the name of the class itself is shortened in the bundle. */
  override readonly name: string = 'BestowError'
  /** HTTP status; 0: no answer came. */
  readonly status: number
  /** Of the first error, as in "not_found". Without an answer: "unreachable" or "timeout". */
  readonly code: string
  /** Of the first error: what is wrong, and what to do. */
  readonly detail: string
  /** Of the first error: the member of the body that is wrong, as in "/data/attributes/email". */
  readonly pointer: string | null
  /** All of them. */
  readonly errors: Problem[]
  /** Names the request in the log of the server. */
  readonly requestId: string | null
  /** Milliseconds after which the server wants to be asked again. */
  readonly retryAfterMs: number | null

  constructor({ status, errors, requestId = null, retryAfterMs = null, cause }: Failure) {
    super(errors.map(({ detail }) => detail).join(' '), { cause })
    const [first] = errors as [Problem]
    this.status = status
    this.code = first.code
    this.detail = first.detail
    this.pointer = first.source?.pointer ?? null
    this.errors = errors
    this.requestId = requestId
    this.retryAfterMs = retryAfterMs
  }
}

/**
 * The answer to a request that writes was lost, and the server keeps no Idempotency-Keys: whether it was executed is
 * not known, so it was not sent again. Read what it would have changed before you repeat it.
 */
export class UncertainOutcomeError extends BestowError {
  override readonly name = 'UncertainOutcomeError'
}

/** The failure that an answer describes. */
export async function failureOf(response: Response): Promise<Failure> {
  const { status, headers } = response
  return {
    status,
    errors: problemsIn(await response.text(), response),
    requestId: headers.get('x-request-id'),
    retryAfterMs: retryAfterMs(headers),
  }
}

/** The failure of a request that got no answer. */
export function failureWithoutAnswer(error: unknown): Failure {
  const isLate = (error as Error).name === 'TimeoutError'
  const detail = isLate ? 'The server did not answer in time.' : 'The server cannot be reached.'
  const problem = { status: '0', code: isLate ? 'timeout' : 'unreachable', title: 'No answer', detail }
  return { status: 0, errors: [problem], cause: error }
}

/** Milliseconds that Retry-After asks for, in seconds or as a date; null: it does not. */
export function retryAfterMs(headers: Headers): number | null {
  const value = headers.get('retry-after')
  if (value === null) return null
  if (/^\d+$/.test(value)) return Number(value) * 1000
  // By the clock of the server: that of this machine may be another one.
  const left = Date.parse(value) - Date.parse(headers.get('date') ?? '')
  return Number.isNaN(left) ? null : Math.max(0, left)
}

interface FlatError {
  error: string
  error_description?: string
}

function problemsIn(text: string, { status, statusText }: Response): Problem[] {
  try {
    const body = JSON.parse(text) as { errors?: Problem[] } & Partial<FlatError>
    if (body.errors?.length) return body.errors
    // The form that RFC 6749 gives to answers about tokens.
    if (body.error) return [problemOf(status, codeOf(body.error, status), textOf(body))]
  } catch {
    // A proxy in between answers in its own words.
  }
  return [problemOf(status, 'unknown', `The server answered with ${status} ${statusText}.`)]
}

/** Kajabi gives a sentence where the RFC has a code. */
const codeOf = (error: string, status: number): string =>
  /^[a-z_]+$/.test(error) ? error : status === 401 ? 'unauthorized' : 'unknown'

const textOf = ({ error, error_description }: Partial<FlatError>): string =>
  [error, error_description].filter(Boolean).join('. ')

const problemOf = (status: number, code: string, detail: string): Problem => ({
  status: String(status),
  code,
  title: detail,
  detail,
})
