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

async function answerOf(url: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers)
  headers.set(...OWN_PAGE)
  if (init.body && !(init.body instanceof FormData)) headers.set('Content-Type', 'application/vnd.api+json')
  const response = await send(url, { ...init, headers, credentials: 'same-origin' })
  if (response.ok) return response
  const problem = refused(await response.text(), response, response.headers.get('x-request-id'))
  const reason = reasonToAsk(url, problem)
  if (reason === null) throw problem
  await confirmIdentity(reason, problem)
  return answerOf(url, init)
}

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
  new RequestProblem(0, [problemOf(0, 'The server cannot be reached. Check the connection.')], null)

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
  return [problemOf(status, `The server answered with ${status} ${statusText}.`)]
}

const problemOf = (status: number, detail: string): ProblemDetail => ({
  status: String(status),
  code: 'unknown',
  title: detail,
  detail,
})
