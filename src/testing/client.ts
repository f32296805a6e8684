import type { FastifyInstance } from 'fastify'
import type { Config } from '../platform/config.ts'
import { assertMatchesDocument } from './contract.ts'
import { assertJsonApi } from './json-api.ts'
import type { RecordedEvents } from './recorded-events.ts'

export interface Reply {
  status: number
  headers: Headers
  // The body of any document: each test knows its own.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  body: any
}

export interface Client {
  send: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Reply>
  get: (path: string, headers?: Record<string, string>) => Promise<Reply>
  post: (path: string, body?: unknown, headers?: Record<string, string>) => Promise<Reply>
  put: (path: string, body?: unknown, headers?: Record<string, string>) => Promise<Reply>
  patch: (path: string, body?: unknown, headers?: Record<string, string>) => Promise<Reply>
  delete: (path: string, body?: unknown, headers?: Record<string, string>) => Promise<Reply>
}

/** A client that sends real HTTP requests, and checks each response against the OpenAPI document and JSON:API 1.1. */
export function createClient(
  server: FastifyInstance,
  config: Config,
  url: string,
  token: string | null,
  recorded: RecordedEvents,
): Client {
  const send: Client['send'] = async (method, path, body, headers = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(body !== undefined &&
          !(body instanceof FormData) && { 'content-type': 'application/vnd.api+json' }),
        ...headers,
      },
      body: asBody(body),
    })
    const text = await response.text()
    recorded.add(response.headers.get('x-request-id')!, method, path)
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    const reply = {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== '' ? JSON.parse(text) : text,
    }
    assertMatchesDocument(server, config, method, path, reply)
    assertJsonApi({ method, path, body }, reply, config)
    return reply
  }
  return {
    send,
    get: (path, headers) => send('GET', path, undefined, headers),
    post: (...args) => send('POST', ...args),
    put: (...args) => send('PUT', ...args),
    patch: (...args) => send('PATCH', ...args),
    delete: (...args) => send('DELETE', ...args),
  }
}

/** Strings and forms are sent unchanged, everything else as JSON. */
const asBody = (body: unknown): string | FormData | undefined =>
  body === undefined || typeof body === 'string' || body instanceof FormData ? body : JSON.stringify(body)
