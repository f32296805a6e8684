import type { FastifyInstance, FastifyRequest } from 'fastify'
import { badRequest } from '../jsonapi/errors.ts'
import { MEDIA_TYPE } from '../jsonapi/schemas.ts'
import { decodeText } from './decode-text.ts'
import { parseMediaType } from './media-type.ts'
import { sanitizeStrings } from './sanitize-strings.ts'

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
  server.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) =>
    parseDocument(request.headers['content-type'], body),
  )
}

/**
 * Parses a JSON document in the charset that its Content-Type declares.
 *
 * @returns undefined for a blank body
 * @throws ApiError 400
 */
export function parseDocument(type: string | undefined, body: Buffer): unknown {
  const text = decodeText(body, charsetOf(type))
  if (text.trim() === '') return undefined
  return sanitizeStrings(parseJson(text))
}

/** Most types have no parameters, and need not be parsed for each request. */
const charsetOf = (type: string | undefined) => (type?.includes(';') ? parseMediaType(type).charset : null)

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw badRequest('invalid_json', 'The body is not well-formed JSON.', { pointer: '' })
  }
}
