import { t } from '../texts/translate.ts'
import type { Reason } from './confirmation.ts'

/** What the API says is wrong with a request. `pointer` names the member of the body: "/data/attributes/name". */
export interface ProblemDetail {
  status: string
  code: string
  title: string
  detail: string
  source?: { pointer?: string; parameter?: string; header?: string }
}

/** A request that was not successful, with the errors of the API. Status 0: the server was not reached. */
export class RequestProblem extends Error {
  readonly status: number
  readonly errors: ProblemDetail[]
  readonly requestId: string | null

  constructor(status: number, errors: ProblemDetail[], requestId: string | null) {
    super(errors.map(({ detail }) => detail).join(' '))
    this.status = status
    this.errors = errors
    this.requestId = requestId
  }
}

/** Pages of other sites cannot set it: see decision 0018. */
export const OWN_PAGE: [name: string, value: string] = ['X-Requested-With', 'Bestow portal']

/**
 * Sends a request of the generated client with the session of the browser.
 *
 * @throws RequestProblem
 */
export async function request<Result>(url: string, init: RequestInit = {}): Promise<Result> {
  const text = await (await answerOf(url, init)).text()
  return (text === '' ? undefined : JSON.parse(text)) as Result
}

/** Reads a file of the API. @throws RequestProblem */
export const requestFile = async (url: string, init: RequestInit = {}): Promise<Blob> =>
  (await answerOf(url, init)).blob()

/** Idempotency-Keys of requests whose answer was lost: sent again, they get the first answer instead of a second effect. */
const unanswered = new Map<string, string>()

async function answerOf(url: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers)
  headers.set(...OWN_PAGE)
  const repeated = init.method === 'POST' && !(init.body instanceof FormData) ? `${url} ${init.body}` : null
  const key = repeated !== null && (unanswered.get(repeated) ?? newKey())
  if (key) headers.set('Idempotency-Key', key)
  if (init.body && !(init.body instanceof FormData)) headers.set('Content-Type', 'application/vnd.api+json')
  if (repeated && key) unanswered.set(repeated, key)
  const response = await send(url, { ...init, headers, credentials: 'same-origin' })
  // 409: the first request is still running.
  if (repeated && response.status < 500 && response.status !== 409) unanswered.delete(repeated)
  if (response.ok) return response
  const problem = refused(await response.text(), response, response.headers.get('x-request-id'))
  const reason = reasonToAsk(url, problem)
  if (reason === null) throw problem
  await confirmIdentity(reason, problem)
  return answerOf(url, init)
}

/** crypto.randomUUID() is not there where the portal is read over plain http. */
const newKey = () => crypto.getRandomValues(new BigUint64Array(2)).join('-')

function reasonToAsk(url: string, { status, errors }: RequestProblem): Reason | null {
  if (status === 401 && !url.startsWith('/v1/sessions')) return 'ended'
  return errors.some(({ code }) => code === 'recent_sign_in_required') ? 'old' : null
}

type Confirm = (reason: Reason, problem: RequestProblem) => Promise<void>
let confirmIdentity: Confirm = (_, problem) => Promise.reject(problem)

/**
 * Calls the function whenever a request needs a recent sign-in, or the session has ended; when it resolves, the request
 * is sent again.
 */
export const onUnconfirmed = (confirm: Confirm): void => {
  confirmIdentity = confirm
}

/** The problem of an answer that is not successful. */
export const refused = (text: string, status: Status, requestId: string | null): RequestProblem =>
  new RequestProblem(status.status, errorsIn(text, status), requestId)

/** The problem of a request that got no answer. */
export const unreachable = (): RequestProblem =>
  new RequestProblem(0, [problemOf(0, t('problem.unreachable'))], null)

type Status = Pick<Response, 'status' | 'statusText'>

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error
    throw unreachable()
  }
}

function errorsIn(text: string, { status, statusText }: Status): ProblemDetail[] {
  try {
    const { errors } = JSON.parse(text) as { errors?: ProblemDetail[] }
    if (errors?.length) return errors
  } catch {
    // A proxy in between answers in its own words.
  }
  return [problemOf(status, t('problem.answered', { status: `${status} ${statusText}`.trim() }))]
}

const problemOf = (status: number, detail: string): ProblemDetail => ({
  status: String(status),
  code: 'unknown',
  title: detail,
  detail,
})
