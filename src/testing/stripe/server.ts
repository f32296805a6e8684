/** The HTTP side of the fake of Stripe: keys, versions, idempotency, faults. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Endpoint } from './endpoint.ts'
import { assertAccepted, decodeForm, type Parameters, present, StripeRefusal } from './requests.ts'
import type { FakeState } from './state.ts'

const VERSION = '2026-10-28.endive'
const PAGE = 10
const MOST_PER_PAGE = 100

export interface Faults {
  /** Answered to the next requests, one each, before anything is done. `cut`: the connection ends without an answer. */
  next: (429 | 500 | 'cut')[]
  /** The same, but after the request was executed. */
  nextAnswers: ('cut' | 500)[]
  delayMs: number
}

interface Answered {
  request: string
  /** Undefined while the first request with the key is executed. */
  status?: number
  body?: string
}

export interface Seen {
  method: string
  path: string
  params: Parameters
  idempotencyKey: string | null
}

export function stripeServer(
  state: FakeState,
  endpoints: Endpoint[],
  pages: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>,
): { server: Server; faults: Faults; seen: Seen[] } {
  const faults: Faults = { next: [], nextAnswers: [], delayMs: 0 }
  const seen: Seen[] = []
  const answered = new Map<string, Answered>()
  const server = createServer(async (request, response) => {
    if (await pages(request, response)) return
    const body = Buffer.concat(await request.toArray()).toString('utf8')
    const fault = faults.next.shift()
    if (fault === 'cut') return void request.socket.destroy()
    if (faults.delayMs > 0) await sleep(faults.delayMs)
    const [status, text] = fault
      ? refusal(new StripeRefusal(fault, 'A fault of the test.'))
      : answer(request, body)
    const late = faults.nextAnswers.shift()
    if (late === 'cut') return void request.socket.destroy()
    const [finalStatus, finalText] = late
      ? refusal(new StripeRefusal(late, 'A fault of the test.'))
      : [status, text]
    response.writeHead(finalStatus, {
      'content-type': 'application/json',
      'request-id': state.objects.id('req'),
    })
    response.end(finalText)
  })

  function answer(request: IncomingMessage, body: string): [number, string] {
    const key = (request.headers['idempotency-key'] as string | undefined) ?? null
    // The package makes a key of its own for each POST.
    if (key === null || request.method !== 'POST') return execute(request, body, key)
    const described = `${request.url} ${body}`
    const before = answered.get(key)
    if (before && before.request !== described)
      return refusal(
        new StripeRefusal(400, 'Keys for idempotent requests can only be used with the same parameters.', {
          type: 'idempotency_error',
        }),
      )
    if (before?.body) return [before.status!, before.body]
    const [status, text] = execute(request, body, key)
    answered.set(key, { request: described, status, body: text })
    return [status, text]
  }

  function execute(request: IncomingMessage, body: string, idempotencyKey: string | null): [number, string] {
    try {
      assertHeaders(request)
      const url = new URL(request.url!, state.url)
      const params = decodeForm(request.method === 'POST' ? body : url.search.slice(1))
      seen.push({ method: request.method!, path: url.pathname, params, idempotencyKey })
      return [200, JSON.stringify(run(request.method!, url.pathname, params))]
    } catch (error) {
      return refusal(
        error instanceof StripeRefusal ? error : new StripeRefusal(500, String((error as Error).stack)),
      )
    }
  }

  function run(method: string, path: string, { expand = [], ...params }: Parameters): object {
    for (const endpoint of endpoints) {
      const match = endpoint.method === method && endpoint.path.exec(path)
      if (!match) continue
      const isList = method === 'GET' && !match[0].endsWith('/account') && match.length === 1
      const paging = isList ? { limit: true, starting_after: true } : {}
      assertAccepted(params, { ...endpoint.accepts, ...paging })
      const result = endpoint.run({ state, params, ids: match.slice(1) })
      const paths = (expand as string[]).map((name) => (isList ? name.replace(/^data\./, '') : name))
      if (!Array.isArray(result)) return present(state.objects, result, paths)
      return page(result as { id: string }[], params, path, paths)
    }
    throw new StripeRefusal(404, `Unrecognized request URL (${method}: ${path}).`)
  }

  function page(
    all: { id: string }[],
    { limit, starting_after }: Parameters,
    url: string,
    expand: string[],
  ): object {
    const size = Math.min(Number(limit ?? PAGE), MOST_PER_PAGE)
    const start = starting_after === undefined ? 0 : all.findIndex(({ id }) => id === starting_after) + 1
    const data = all.slice(start, start + size).map((object) => present(state.objects, object, expand))
    return { object: 'list', url, has_more: start + size < all.length, data }
  }
  return { server, faults, seen }
}

function assertHeaders({ headers, method }: IncomingMessage): void {
  if (!/^Bearer (sk|rk)_test_\w+$/.test(headers.authorization ?? ''))
    throw new StripeRefusal(401, `Invalid API Key provided: ${headers.authorization?.slice(7, 15)}****`, {
      type: 'invalid_request_error',
    })
  if (/_refused/.test(headers.authorization!))
    throw new StripeRefusal(401, 'Invalid API Key provided: sk_test_****used')
  if (headers['stripe-version'] !== VERSION)
    throw new StripeRefusal(400, `Stripe-Version must be ${VERSION}, not ${headers['stripe-version']}`)
  if (method === 'POST' && headers['content-type'] !== 'application/x-www-form-urlencoded')
    throw new StripeRefusal(400, 'Bodies are form-encoded.')
}

const refusal = ({ status, message, fields }: StripeRefusal): [number, string] => [
  status,
  JSON.stringify({ error: { message, ...fields } }),
]
