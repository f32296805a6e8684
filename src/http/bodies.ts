import type { FastifyInstance, FastifyRequest } from 'fastify'
import { badRequest } from '../jsonapi/errors.ts'

/** Bytes. */
export const BODY_LIMIT = 1024 * 1024

/**
 * Every body is read as JSON, whatever its content type says, and none at all is fine: clients send
 * application/json without a body, and bodies with the type their tool puts there.
 */
export function acceptBodies(server: FastifyInstance): void {
  const secureParser = server.getDefaultJsonParser('error', 'error')
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'string' }, (request: FastifyRequest, body: string, done) => {
    if (body.trim() === '') return done(null, undefined)
    void secureParser(request, body, (error, value) => {
      if (error) done(badRequest('invalid_json', `The body is not JSON: ${error.message}.`, { pointer: '' }))
      else done(null, value)
    })
  })
}
