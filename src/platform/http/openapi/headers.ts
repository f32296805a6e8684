/** The headers of requests and answers, as the OpenAPI document describes them. */

const count = { type: 'integer', minimum: 0 }

const HEADERS = {
  'X-Request-Id': {
    description: 'The id of the request in the log, in events and in error documents',
    required: true,
    schema: { type: 'string', format: 'uuid' },
  },
  'RateLimit-Limit': {
    description: 'Requests allowed per minute; absent without a rate limit, and for what is refused before',
    schema: count,
  },
  'RateLimit-Remaining': { description: 'Requests left in the current minute', schema: count },
  'RateLimit-Reset': { description: 'Seconds until the current minute ends', schema: count },
  'Retry-After': {
    description: 'Seconds to wait before the request is sent again',
    required: true,
    schema: count,
  },
  'Retry-After-Conflict': {
    description: 'Seconds to wait, where the request can succeed later as it is',
    schema: count,
  },
  'WWW-Authenticate': {
    description: 'The kind of token that is needed',
    required: true,
    schema: { const: 'Bearer' },
  },
  Warning: {
    description:
      'What was ignored of the request, or does not do what it seems to: one or more of `299 - "sentence"`',
    schema: { type: 'string', pattern: '^299 - "[^"]+"(, 299 - "[^"]+")*$' },
  },
  Location: {
    description: 'The URL of the new resource',
    required: true,
    schema: { type: 'string', format: 'uri' },
  },
  'Set-Cookie': { description: 'The session, or its end', schema: { type: 'string' } },
  'Content-Disposition': { description: 'The name of the file', required: true, schema: { type: 'string' } },
  'X-Content-Type-Options': {
    description: 'The browser must not guess what the file is',
    required: true,
    schema: { const: 'nosniff' },
  },
  'Idempotent-Replayed': {
    description: 'Present when the request was processed before with the same Idempotency-Key',
    schema: { const: 'true' },
  },
}

export type HeaderName = keyof typeof HEADERS

export const headerComponents: Record<string, object> = HEADERS

export const idempotencyKeyParameter = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Makes the request safe to repeat: a second one with the same key is not processed again, and gets the first answer. Use a new key, as a UUID, for each request.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
  example: '0b0f1a52-7a35-4c1e-9d0a-5f3f1f0f2a11',
}

const RATE_LIMIT: HeaderName[] = ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset']

/** Sent before requests are counted. */
const UNCOUNTED = [406, 415]

/** Headers of an answer with an error. @param isFlat as OAuth has it, where no header asks for a token */
export function errorHeaders(status: number, isFlat: boolean): HeaderName[] {
  return [
    'X-Request-Id',
    ...(UNCOUNTED.includes(status) ? [] : RATE_LIMIT),
    ...(status === 401 && !isFlat ? (['WWW-Authenticate'] as const) : []),
    ...([429, 503].includes(status) ? (['Retry-After'] as const) : []),
    ...(status === 409 ? (['Retry-After-Conflict'] as const) : []),
  ]
}

/**
 * Headers of an answer without one.
 *
 * @param isIdempotent whether the operation reads Idempotency-Key
 * @param hasDocument what is accepted without one has no URL
 * @param own that no other operation has
 */
export function successHeaders(
  status: number,
  isIdempotent: boolean,
  hasDocument: boolean,
  own: readonly HeaderName[] = [],
): HeaderName[] {
  return [
    'X-Request-Id',
    ...RATE_LIMIT,
    'Warning',
    ...(hasDocument && [201, 202].includes(status) ? (['Location'] as const) : []),
    ...(isIdempotent ? (['Idempotent-Replayed'] as const) : []),
    ...own,
  ]
}

/** References to the components of these headers. A component can be of another header than its name says. */
export const referToHeaders = (names: HeaderName[]): Record<string, object> =>
  Object.fromEntries(
    names.map((name) => [
      name === 'Retry-After-Conflict' ? 'Retry-After' : name,
      { $ref: `#/components/headers/${name}` },
    ]),
  )
