import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { isUnavailable } from '../db/database.ts'
import { ApiError, badRequest, errorDocument, flatError } from '../jsonapi/errors.ts'
import { MEDIA_TYPE } from '../jsonapi/schemas.ts'
import { databaseError } from './database-error.ts'

/** Whatever goes wrong is answered in JSON:API's words, also for unknown paths; OAuth has its own. */
export function answerErrors(server: FastifyInstance, app: App): void {
  server.setErrorHandler((error, request, reply) =>
    sendError(reply, request, toApiError(app, error, request)),
  )
}

/** Answers with an error: as JSON:API has it, or as OAuth has it on its routes. */
export function sendError(reply: FastifyReply, request: FastifyRequest, error: ApiError): FastifyReply {
  reply.code(error.status).headers(error.headers)
  if (request.routeOptions?.config?.route?.flatErrors) {
    return reply.type('application/json').send(flatError(error))
  }
  return reply.type(MEDIA_TYPE).send(errorDocument(error, request.id))
}

/** For addresses so malformed that no route can be looked for, and no hook runs. */
export function answerMalformedAddress(_error: Error, request: FastifyRequest, reply: FastifyReply): void {
  const error = badRequest(
    'malformed_address',
    'The path is not a valid URL: a "%" is not followed by two hexadecimal digits.',
  )
  // As bytes: Fastify adds a charset to JSON, which JSON:API forbids, and no hook removes it here.
  const bytes = Buffer.from(JSON.stringify(errorDocument(error, request.id)))
  reply.code(error.status).header('x-request-id', request.id).type(MEDIA_TYPE).send(bytes)
}

function toApiError(app: App, error: unknown, request: FastifyRequest): ApiError {
  if (error instanceof ApiError) return error
  if (isUnavailable(error)) {
    app.log.warn({ request_id: request.id, reason: (error as Error).message }, 'database unavailable')
    return databaseError(app, error)
  }
  const { statusCode, message } = error as { statusCode?: number; message?: string }
  if (statusCode === 413) {
    const kilobytes = request.routeOptions.bodyLimit / 1024
    const most = kilobytes % 1024 === 0 ? `${kilobytes / 1024} MB` : `${kilobytes} kB`
    return new ApiError(413, 'body_too_large', `The body is larger than ${most}.`)
  }
  if (statusCode && statusCode < 500)
    return new ApiError(statusCode, 'bad_request', message ?? 'The request is malformed.')
  app.log.error({ request_id: request.id, err: error }, 'request failed')
  return new ApiError(
    500,
    'internal_error',
    'An unexpected error occurred. It is logged with the request id.',
  )
}
