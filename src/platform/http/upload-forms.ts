import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ApiError, badRequest } from '../jsonapi/errors.ts'
import { decodeText } from './decode-text.ts'
import { parseMediaType } from './media-type.ts'
import { type Part, readMultipart } from './multipart.ts'
import { sanitizeStrings } from './sanitize-strings.ts'

/** The parts of a form with files, as they arrive. */
export type Form = AsyncIterable<Part>

const MOST_PARTS = 20
/** Bytes. */
const FIELD_LIMIT = 10_000

/** For routes with `upload`: the body is a form of any size, and its handler reads it part by part. */
export function acceptUploads(server: FastifyInstance): void {
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', async (request: FastifyRequest, payload: FastifyRequest['raw']) => {
    const { name, boundary } = parseMediaType(request.headers['content-type'])
    if (name !== 'multipart/form-data') throw noForm()
    return readMultipart(payload, boundary, MOST_PARTS)
  })
  server.setValidatorCompiler(() => () => true)
  server.addHook('preHandler', async ({ body }) => {
    if (body === undefined || body === null) throw noForm()
  })
}

const noForm = () =>
  new ApiError(415, 'unsupported_media_type', 'The body must be a form, sent as multipart/form-data.', {
    source: { header: 'Content-Type' },
  })

/** The text of a field. @throws ApiError 400 for one that is too long or not of its charset */
export async function readFieldText({ name, contentType, stream }: Part): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > FIELD_LIMIT) throw badRequest('field_too_long', `The field ${name} is too long.`)
    chunks.push(chunk)
  }
  return sanitizeStrings(decodeText(Buffer.concat(chunks), parseMediaType(contentType).charset)) as string
}
