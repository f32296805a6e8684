import type { Config } from '../platform/config.ts'
import { MEDIA_TYPE } from '../platform/jsonapi/schemas.ts'
import type { Reply } from './client.ts'
import { violationsOf } from './json-api-rules.ts'

interface Sent {
  method: string
  /** With its query. */
  path: string
  body: unknown
}

/** @throws when the response to a request is a document of JSON:API and violates a requirement of it */
export function assertJsonApi({ method, path, body }: Sent, reply: Reply, config: Config): void {
  const contentType = reply.headers.get('content-type') ?? ''
  if (!contentType.startsWith(MEDIA_TYPE) || reply.body === '') return
  const { pathname, searchParams } = new URL(`http://localhost${path}`)
  const violations = violationsOf({
    method,
    path: pathname,
    query: searchParams,
    sent: documentOf(body),
    status: reply.status,
    contentType,
    location: reply.headers.get('location'),
    hasWarning: reply.headers.has('warning'),
    body: reply.body,
    isStrict: config.JSONAPI_STRICT,
  })
  if (violations.length > 0) {
    throw new Error(
      `${method} ${path} → ${reply.status} violates JSON:API:\n${violations.join('\n')}\n${JSON.stringify(reply.body).slice(0, 2_000)}`,
    )
  }
}

function documentOf(body: unknown): unknown {
  if (typeof body !== 'string') return body instanceof FormData ? undefined : asSent(body)
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** As it was sent: without members that are undefined. */
const asSent = (body: unknown): unknown => (body === undefined ? undefined : JSON.parse(JSON.stringify(body)))
