import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { isUnavailable } from '../db/database.ts'
import { ApiError, badRequest, errorDocument, flatError } from '../jsonapi/errors.ts'
import { MEDIA_TYPE } from '../jsonapi/schemas.ts'
import type { Route } from './route.ts'
import { suggestPath } from './suggest-path.ts'

/** Whatever goes wrong is answered in JSON:API's words, also for unknown paths; OAuth has its own. */
export function answerErrors(server: FastifyInstance, app: App, routes: Route[]): void {
  server.setErrorHandler((error, request, reply) => send(reply, request, toApiError(app, error, request)))
  server.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0]!
    const methods = routes.filter(({ url }) => leadsTo(url, path)).map(({ method }) => method)
    send(reply, request, methods.length > 0 ? wrongMethod(request.method, path, methods) : unknownPath(path))
  })
}

const leadsTo = (url: string, path: string) => new RegExp(`^${url.replace(/\{\w+\}/g, '[^/]+')}$`).test(path)

function send(reply: FastifyReply, request: FastifyRequest, error: ApiError): FastifyReply {
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
    'The path is not a well-formed address: a "%" in it starts no code.',
  )
  send(reply.header('x-request-id', request.id), request, error)
}

function toApiError(app: App, error: unknown, request: FastifyRequest): ApiError {
  if (error instanceof ApiError) return error
  if (isUnavailable(error)) {
    app.log.warn({ request_id: request.id, reason: (error as Error).message }, 'database unavailable')
    return new ApiError(
      503,
      'database_unavailable',
      'The database cannot be reached at the moment, or does not answer in time. Try again.',
      {
        headers: { 'retry-after': '2' },
        cause: error,
      },
    )
  }
  const { statusCode, message } = error as { statusCode?: number; message?: string }
  if (statusCode === 413) return new ApiError(413, 'body_too_large', 'The body is larger than 1 MB.')
  if (statusCode && statusCode < 500)
    return new ApiError(statusCode, 'bad_request', message ?? 'The request is malformed.')
  app.log.error({ request_id: request.id, err: error }, 'request failed')
  return new ApiError(500, 'internal_error', 'Something went wrong here. It is logged under the request id.')
}

const unknownPath = (path: string) =>
  new ApiError(
    404,
    'unknown_path',
    [`There is nothing at ${path}.`, suggestPath(path)].filter(Boolean).join(' '),
  )

const wrongMethod = (method: string, path: string, allowed: string[]) =>
  new ApiError(
    405,
    'method_not_allowed',
    [`${path} does not take ${method}, but ${allowed.join(', ')}.`, suggestPath(path)]
      .filter(Boolean)
      .join(' '),
    { headers: { allow: allowed.join(', ') } },
  )
