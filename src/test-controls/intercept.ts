import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError, errorDocument, flatError } from '../platform/jsonapi/errors.ts'
import { MEDIA_TYPE } from '../platform/jsonapi/schemas.ts'
import { type Fault, type Faults, nameOf } from './faults.ts'
import type { Journal } from './journal.ts'

/** A client that waits longer than this for an answer that never comes is disconnected. */
const LONGEST_SILENCE_MS = 120_000

const FLAT_ERRORS = '/v1/oauth/'

const CODES: Record<number, string> = {
  401: 'unauthorized',
  408: 'request_timeout',
  429: 'too_many_requests',
  500: 'internal_error',
  502: 'bad_gateway',
  503: 'unavailable',
  504: 'gateway_timeout',
}

/** Requests of the test itself, which are no part of what is tested. */
const OF_TESTS = '/_testing/'
const TESTER = 'x-bestow-testing'

/**
 * Lets requests fail as the faults say, before anything else has seen them: also those without a good token. Notes
 * them in the journal. Requests of the test itself pass.
 */
export function intercept(server: Server, faults: Faults, journal: Journal): void {
  const listeners = server.listeners('request') as ((
    request: IncomingMessage,
    response: ServerResponse,
  ) => void)[]
  server.removeAllListeners('request')
  server.on('request', (request, response) => {
    const pass = () => {
      for (const listener of listeners) listener.call(server, request, response)
    }
    const path = request.url!.split('?')[0]!
    // What prepares a test, or looks at what came of it, is not what is to fail.
    if (request.headers[TESTER] !== undefined) return pass()
    const fault = faults.take(request.method!, path)
    if (!path.startsWith(OF_TESTS)) journal.begin(request, response, fault)
    if (!fault) return pass()
    response.setHeader('x-bestow-fault', nameOf(fault))
    void fail(fault, { request, response, pass, path })
  })
}

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  pass: () => void
  path: string
}

async function fail(fault: Fault, { request, response, pass, path }: Exchange): Promise<void> {
  if (fault.delay_ms !== undefined) await sleep(fault.delay_ms, undefined, { ref: false })
  const { socket } = request
  // For the journal: nobody else reads it.
  if (fault.status !== undefined || fault.timeout) request.resume()
  if (fault.status !== undefined) return refuse(fault, response, path)
  if (fault.drop === 'before') return void socket.destroy()
  if (fault.timeout) return void setTimeout(() => socket.destroy(), LONGEST_SILENCE_MS).unref()
  if (fault.drop === 'after') {
    response.write = () => true
    response.end = () => {
      socket.destroy()
      return response
    }
  }
  if (fault.truncate) cutBody(response)
  pass()
}

function refuse({ status, retry_after }: Fault, response: ServerResponse, path: string) {
  const wait = retry_after ?? ([429, 503].includes(status!) ? 1 : undefined)
  const error = new ApiError(
    status!,
    CODES[status!]!,
    'A test wanted this request to fail. Nothing was changed.',
  )
  const isFlat = path.startsWith(FLAT_ERRORS)
  const id = randomUUID()
  response.writeHead(status!, {
    'content-type': isFlat ? 'application/json' : MEDIA_TYPE,
    'x-request-id': id,
    ...(wait !== undefined && { 'retry-after': String(wait) }),
  })
  response.end(JSON.stringify(isFlat ? flatError(error) : errorDocument(error, id)))
}

/** The head promises all of it, and half of it is sent. */
function cutBody(response: ServerResponse): void {
  const write = response.write.bind(response) as (chunk: Buffer, done: () => void) => boolean
  response.end = ((chunk: string | Buffer = '') => {
    const bytes = Buffer.from(chunk as string)
    const cut = () => response.socket?.destroy()
    if (bytes.length < 2) cut()
    else write(bytes.subarray(0, Math.floor(bytes.length / 2)), cut)
    return response
  }) as ServerResponse['end']
}
