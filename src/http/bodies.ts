import type { FastifyInstance, FastifyRequest } from 'fastify'
import { badRequest } from '../jsonapi/errors.ts'
import { MEDIA_TYPE } from '../jsonapi/schemas.ts'
import { checkTexts } from './texts.ts'

/** Bytes. */
export const BODY_LIMIT = 1024 * 1024

/**
 * Every body is read as JSON, whatever its content type says, and none at all is fine: clients send
 * application/json without a body, and bodies with the type their tool puts there.
 */
export function acceptBodies(server: FastifyInstance): void {
  const secureParser = server.getDefaultJsonParser('error', 'error')
  server.removeAllContentTypeParsers()
  // Fastify refuses what does not look like a type before any parser is asked.
  server.addHook('onRequest', async ({ headers }) => {
    const type = headers['content-type']
    if (type !== undefined && !/^[\w.+-]+\/[\w.+-]+(\s*;|$)/.test(type)) headers['content-type'] = MEDIA_TYPE
  })
  server.addContentTypeParser('*', { parseAs: 'string' }, (request: FastifyRequest, body: string, done) => {
    if (body.trim() === '') return done(null, undefined)
    void secureParser(request, body, (error, value) => {
      if (error)
        return done(badRequest('invalid_json', `The body is not JSON: ${error.message}.`, { pointer: '' }))
      try {
        done(null, checkTexts(value))
      } catch (refusal) {
        done(refusal as Error)
      }
    })
  })
}
