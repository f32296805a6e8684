import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import type { App } from '../app.ts'
import { ApiError } from '../jsonapi/errors.ts'

/** Requests per minute unless RATE_LIMIT says otherwise; 0 for no limit. */
const DEFAULT_LIMIT = { development: 0, production: 600 }

/** Limits each key, and callers without one by address, in every process on its own. */
export async function limitRate(server: FastifyInstance, { config }: App): Promise<void> {
  const limit = config.RATE_LIMIT ?? DEFAULT_LIMIT[config.mode]
  if (limit === 0) return
  await server.register(rateLimit, {
    max: limit,
    timeWindow: 60_000,
    // After the signature was checked, so that nobody can use up another's allowance.
    hook: 'preParsing',
    keyGenerator: ({ claims, ip }) => (claims ? `key:${claims.keyId ?? claims.familyId}` : `ip:${ip}`),
    enableDraftSpec: true,
    errorResponseBuilder: (_request, { ttl }) =>
      new ApiError(
        429,
        'too_many_requests',
        `More than ${limit} requests in a minute. Wait as long as Retry-After says.`,
        {
          headers: { 'retry-after': String(Math.ceil(ttl / 1000)) },
        },
      ),
  })
}
