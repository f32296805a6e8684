import type { FastifyInstance, FastifyRequest } from 'fastify'
import { badRequest } from '../jsonapi/errors.ts'
import { checkTexts } from './texts.ts'

/**
 * For routes of OAuth clients: the body is a form, multipart or JSON, whatever its content type says, and
 * every field a text.
 */
export function acceptForms(server: FastifyInstance): void {
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) =>
    parseForm(request.headers['content-type'] ?? '', body),
  )
  server.setValidatorCompiler(() => () => true)
  server.addHook('preHandler', async (request) => {
    request.body = checkTexts(onlyTexts(request.body))
  })
}

async function parseForm(type: string, body: Buffer): Promise<unknown> {
  try {
    if (/^multipart\/form-data\b/i.test(type)) return Object.fromEntries(await parseMultipart(type, body))
    const text = body.toString()
    return text.trimStart().startsWith('{') ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text))
  } catch {
    throw badRequest('invalid_request', 'The body is neither a form nor JSON.')
  }
}

/** @throws TypeError for what is not multipart */
const parseMultipart = (type: string, body: Buffer): Promise<FormData> =>
  new Response(Uint8Array.from(body), { headers: { 'content-type': type } }).formData()

function onlyTexts(body: unknown): Record<string, string> {
  const fields = Object.entries((body ?? {}) as object)
  return Object.fromEntries(
    fields
      .filter(([, value]) => ['string', 'number'].includes(typeof value))
      .map(([name, value]) => [name, String(value)]),
  )
}
