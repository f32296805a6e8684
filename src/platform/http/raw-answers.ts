/** Answers that are given before Fastify sees a request, or because there is none. */
import { randomUUID } from 'node:crypto'
import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { ApiError, errorDocument } from '../jsonapi/errors.ts'
import { MEDIA_TYPE } from '../jsonapi/schemas.ts'

/** Answers a request with an error, and keeps the connection. */
export function refuse(response: ServerResponse, error: ApiError): void {
  const { headers, body } = answerOf(error)
  response.writeHead(error.status, headers).end(body)
}

/** Answers on a connection whose request cannot be read to its end, and ends it. */
export function refuseConnection(socket: Duplex, error: ApiError): void {
  if (socket.writable) {
    const { headers, body } = answerOf(error)
    const lines = Object.entries({ ...headers, connection: 'close' }).map(
      ([name, value]) => `${name}: ${value}`,
    )
    const head = [`HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}`, ...lines]
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  }
  socket.destroy()
}

/** Answers what Node's parser refuses, in the place of its own bare words. */
export function answerClientError(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  refuseConnection(socket, explain(error.code))
}

/** The answer to what does not arrive. */
export const TOO_LATE = new ApiError(
  408,
  'request_timeout',
  'The request did not arrive completely in time. Send it again.',
)

function explain(code: string | undefined): ApiError {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return TOO_LATE
    case 'HPE_HEADER_OVERFLOW':
      return new ApiError(431, 'headers_too_large', 'The URL and headers together are larger than 16 kB.')
    default:
      return new ApiError(400, 'malformed_request', 'The request is not well-formed HTTP.')
  }
}

function answerOf(error: ApiError) {
  const id = randomUUID()
  const body = JSON.stringify(errorDocument(error, id))
  const headers: Record<string, string | number> = {
    ...error.headers,
    'content-type': MEDIA_TYPE,
    'content-length': Buffer.byteLength(body),
    'x-request-id': id,
  }
  return { headers, body }
}
