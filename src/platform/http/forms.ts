import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ApiError, badRequest } from '../jsonapi/errors.ts'
import { decodeText } from './decode-text.ts'
import { type MediaType, parseMediaType } from './media-type.ts'
import { readMultipart } from './multipart.ts'
import { sanitizeStrings } from './sanitize-strings.ts'
import { MOST_FIELDS, parseUrlEncoded } from './url-encoded.ts'

/** Bytes. Forms are read before anybody has signed in. */
const FORM_LIMIT = 64 * 1024

type Fields = Record<string, string>

/**
 * For routes of OAuth clients and members: the body is a form, multipart or JSON, whatever its content type says,
 * and every field a text.
 */
export function acceptForms(server: FastifyInstance): void {
  server.removeAllContentTypeParsers()
  server.addHook('onRoute', (route) => {
    route.bodyLimit = FORM_LIMIT
  })
  server.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) =>
    parseForm(request.headers['content-type'], body),
  )
  server.setValidatorCompiler(() => () => true)
  server.addHook('preHandler', async (request) => {
    request.body ??= {}
  })
}

/**
 * Reads the fields of a form in the charset that it declares; of a field that is given twice the last counts.
 *
 * @throws ApiError 400 for what is no form, has more than MOST_FIELDS or is not of its charset
 */
export async function parseForm(header: string | undefined, body: Buffer): Promise<Fields> {
  const type = parseMediaType(header)
  try {
    return sanitizeStrings(await readFields(type, body)) as Fields
  } catch (error) {
    if (error instanceof ApiError) throw error
    throw badRequest('invalid_request', 'The body is neither form-encoded nor JSON.')
  }
}

async function readFields(type: MediaType, body: Buffer): Promise<Fields> {
  if (type.name === 'multipart/form-data') return Object.fromEntries(await readParts(type.boundary, body))
  // A byte order mark and white space may stand in front.
  const isJson = /^(?:\xef\xbb\xbf)?\s*\{/.test(body.toString('latin1', 0, 100))
  if (isJson) return textsOf(JSON.parse(decodeText(body, type.charset)))
  return Object.fromEntries(parseUrlEncoded(body.toString('latin1'), 'fields', type.charset))
}

/** The fields of a multipart form; files are left out. */
async function readParts(boundary: string | null, body: Buffer): Promise<[string, string][]> {
  const fields: [string, string][] = []
  for await (const { name, fileName, contentType, stream } of readMultipart(
    Readable.from([body]),
    boundary,
    MOST_FIELDS,
  )) {
    if (fileName !== null) continue
    const bytes = Buffer.concat(await stream.toArray())
    fields.push([name, decodeText(bytes, parseMediaType(contentType).charset)])
  }
  return fields
}

const textsOf = (document: object): Fields =>
  Object.fromEntries(
    Object.entries(document)
      .filter(([, value]) => ['string', 'number'].includes(typeof value))
      .map(([name, value]) => [name, String(value)]),
  )
