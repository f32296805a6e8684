import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import type { App } from '../app.ts'
import { ApiError } from '../jsonapi/errors.ts'

/** Limits each key, and who has none by address, in every process on its own. Development has no limit. */
export async function limitRate(server: FastifyInstance, { config }: App): Promise<void> {
  if (config.mode === 'development' || config.RATE_LIMIT === 0) return
  await server.register(rateLimit, {
    max: config.RATE_LIMIT,
    timeWindow: 60_000,
    // After the signature was checked, so that nobody can use up another's allowance.
    hook: 'preParsing',
    keyGenerator: ({ claims, ip }) => (claims ? `key:${claims.keyId ?? claims.familyId}` : `ip:${ip}`),
    enableDraftSpec: true,
    errorResponseBuilder: (_request, { ttl }) =>
      new ApiError(
        429,
        'too_many_requests',
        `More than ${config.RATE_LIMIT} requests in a minute. Wait as long as Retry-After says.`,
        {
          headers: { 'retry-after': String(Math.ceil(ttl / 1000)) },
        },
      ),
  })
}
