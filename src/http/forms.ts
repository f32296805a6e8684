import multipart from '@fastify/multipart'
import type { FastifyInstance } from 'fastify'
import { ApiError, badRequest } from '../jsonapi/errors.ts'

/**
 * For routes of OAuth clients: the body is a form, multipart or JSON, whatever its content type says, and
 * every field a text. Errors are flat there, as in `{"error": "invalid_request"}`.
 */
export async function acceptForms(server: FastifyInstance): Promise<void> {
  server.removeAllContentTypeParsers()
  await server.register(multipart, {
    attachFieldsToBody: 'keyValues',
    limits: { files: 0, fields: 20, fieldSize: 10_000 },
  })
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, parseForm(String(body)))
    } catch (error) {
      done(error as Error)
    }
  })
  server.setValidatorCompiler(() => () => true)
  server.addHook('preHandler', async (request) => {
    request.body = onlyTexts(request.body)
  })
  const answerError = server.errorHandler
  server.setErrorHandler((error, request, reply) => {
    const {
      statusCode,
      status = statusCode,
      message,
    } = error as { statusCode?: number; status?: number; message: string }
    const isClients = status !== undefined && status < 500
    if (
      request.url.startsWith('/v1/oauth/token') &&
      isClients &&
      !(error instanceof ApiError && error.status === 429)
    ) {
      return reply
        .code(status)
        .type('application/json')
        .send({ error: 'invalid_request', error_description: message })
    }
    return answerError(error as Parameters<typeof answerError>[0], request, reply)
  })
}

function parseForm(body: string): unknown {
  if (!body.trimStart().startsWith('{')) return Object.fromEntries(new URLSearchParams(body))
  try {
    return JSON.parse(body)
  } catch {
    throw badRequest('invalid_request', 'The body is neither a form nor JSON.')
  }
}

function onlyTexts(body: unknown): Record<string, string> {
  const fields = Object.entries((body ?? {}) as object)
  return Object.fromEntries(
    fields
      .filter(([, value]) => ['string', 'number'].includes(typeof value))
      .map(([name, value]) => [name, String(value)]),
  )
}
