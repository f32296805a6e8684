/** The addresses of `/_testing`, with which tests control a server in development. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { App } from '../platform/app.ts'
import { parseDuration } from '../platform/clock/clock.ts'
import { ApiError, badRequest } from '../platform/jsonapi/errors.ts'
import { isObject } from '../platform/jsonapi/is-object.ts'
import { advanceClock, doWhatIsDue } from '../worker/advance-clock.ts'
import { interceptMail } from './fail-mail.ts'
import { FAULT_MEMBERS, Faults, isPattern, matcher } from './faults.ts'
import { intercept } from './intercept.ts'
import { Journal } from './journal.ts'
import { type Members, readFlag, readMembers, readTime } from './read-members.ts'
import { addAccount, type Begun, reset } from './reset.ts'

/** Browsers send it to no server of other pages, unless that allows it. */
const HEADER = 'x-bestow-testing'
const INBOX = '/_testing/webhooks'
const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/
const LOOPBACK = /^(::ffff:)?127\.|^::1$/
const PATIENCE_MS = 10_000
const LONGEST_PATIENCE_MS = 600_000
/** Of the inbox: the oldest are dropped. */
const MOST_RECEIVED = 10_000

/** A webhook that the inbox has received. */
export interface ReceivedWebhook {
  /** Type of the event, as in "offer_granted". */
  event: string | null
  headers: Record<string, string | string[] | undefined>
  body: unknown
}

/** Nothing of it exists in production. */
export async function testControls(server: FastifyInstance, app: App): Promise<void> {
  if (app.config.mode !== 'development') return
  const faults = new Faults()
  let received: ReceivedWebhook[] = []
  const journal = new Journal(() => app.clock.now())
  intercept(server.server, faults, journal)
  const faultsChanged = interceptMail(app, faults)

  /** @param names of what the request can have: members of its body, or parameters of a GET */
  const at = (
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    names: readonly string[],
    answer: (members: Members) => Promise<object>,
  ) =>
    server.route({
      method,
      url,
      schema: { hide: true },
      handler: async (request, reply) => {
        assertTester(request)
        reply.type('application/json')
        return answer(readMembers(method === 'GET' ? request.query : request.body, names))
      },
    })
  const time = () => ({ now: app.clock.now().toISOString() })

  at('POST', '/_testing/reset', ['now', 'demo'], async ({ now, demo }) => {
    const beginning = { now: now === undefined ? undefined : readTime(now), demo: readFlag('demo', demo) }
    faults.clear()
    faultsChanged()
    const begun: Begun = await reset(app, beginning)
    received = []
    journal.clear()
    return { ...begun, ...time() }
  })
  at('POST', '/_testing/accounts', [], async () => addAccount(app))
  at('GET', '/_testing/clock', [], async () => time())
  at('POST', '/_testing/clock', ['advance'], async ({ advance }) => {
    await advanceClock(app, readDuration(advance))
    return time()
  })
  at('POST', '/_testing/settle', ['timeout_ms'], async ({ timeout_ms }) => {
    const remaining = await doWhatIsDue(app, readPatience(timeout_ms))
    if (remaining.length === 0) return time()
    throw new ApiError(
      503,
      'not_settled',
      `Background tasks still have work that is due: ${remaining.join(', ')}.`,
    )
  })
  at('GET', '/_testing/faults', [], async () => ({ pending: faults.pending }))
  at('POST', '/_testing/faults', FAULT_MEMBERS, async (fault) => {
    faults.add(fault)
    faultsChanged()
    return { pending: faults.pending }
  })
  at('DELETE', '/_testing/faults', [], async () => {
    faults.clear()
    faultsChanged()
    return { pending: [] }
  })
  at('GET', '/_testing/requests', ['match'], async ({ match }) => {
    const matches = match === undefined ? () => true : matcher(readPattern(match))
    return { requests: journal.entries.filter(({ method, path }) => matches(method, path)) }
  })
  at('GET', INBOX, [], async () => ({ received }))
  // Hooks send no header of ours.
  server.post(INBOX, { schema: { hide: true } }, async ({ headers, body }, reply) => {
    received.push({ event: eventOf(body), headers, body })
    if (received.length > MOST_RECEIVED) received.shift()
    return reply.code(204).send()
  })
}

/**
 * Only programs on this machine. A page in a browser could reach the port, too: it cannot send the header, and a name
 * that it had pointed here would be in Host.
 *
 * @throws ApiError 403 that says what is missing
 */
function assertTester({ headers, raw }: FastifyRequest): void {
  if (!LOOPBACK.test(raw.socket.remoteAddress ?? ''))
    throw new ApiError(403, 'forbidden', 'Tests control a server of the same machine only.')
  if (!LOCAL_HOST.test(headers.host ?? ''))
    throw new ApiError(403, 'forbidden', 'Use the address 127.0.0.1, localhost or [::1].')
  if (headers[HEADER] === undefined)
    throw new ApiError(403, 'forbidden', 'Send the header X-Bestow-Testing: 1.', {
      source: { header: 'X-Bestow-Testing' },
    })
}

/** Whatever a hook has sent. */
function eventOf(body: unknown): string | null {
  const event = isObject(body) ? body.event : null
  return typeof event === 'string' ? event : null
}

function readPattern(value: unknown): string {
  if (isPattern(value)) return value as string
  throw badRequest(
    'invalid_match',
    `match must be a method and a path without a query, as in "POST /v1/contacts/*", or a path, not ${JSON.stringify(value)}.`,
    { parameter: 'match' },
  )
}

function readDuration(value: unknown): number {
  try {
    return parseDuration(typeof value === 'string' ? value : JSON.stringify(value ?? null))
  } catch (error) {
    throw badRequest('invalid_duration', `advance: ${(error as Error).message}`, { pointer: '/advance' })
  }
}

function readPatience(value: unknown): number {
  if (value === undefined) return PATIENCE_MS
  if (typeof value === 'number' && value >= 0 && value <= LONGEST_PATIENCE_MS) return value
  throw badRequest(
    'invalid_timeout',
    `timeout_ms must be a number of milliseconds from 0 to ${LONGEST_PATIENCE_MS}.`,
    {
      pointer: '/timeout_ms',
    },
  )
}
