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
  server.removeAllContentTypeParsers()
  // Fastify refuses what does not look like a type before any parser is asked.
  server.addHook('onRequest', async ({ headers }) => {
    const type = headers['content-type']
    if (type !== undefined && !/^[\w.+-]+\/[\w.+-]+(\s*;|$)/.test(type)) headers['content-type'] = MEDIA_TYPE
  })
  server.addContentTypeParser('*', { parseAs: 'string' }, async (_request: FastifyRequest, body: string) =>
    body.trim() === '' ? undefined : checkTexts(parse(body)),
  )
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body.replace(/^\uFEFF/, ''))
  } catch {
    throw badRequest('invalid_json', 'The body is not well-formed JSON.', { pointer: '' })
  }
}
