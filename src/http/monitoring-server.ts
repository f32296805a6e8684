import { randomUUID } from 'node:crypto'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { App } from '../app.ts'
import { ApiError } from '../jsonapi/errors.ts'
import { answerErrors, sendError } from './error-answers.ts'
import { healthRoutes } from './health.ts'

/** Of a process that serves no API, as `worker`: health and metrics alone. */
export function buildMonitoringServer(app: App): FastifyInstance {
  const server = Fastify({
    loggerInstance: app.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    forceCloseConnections: true,
  })
  answerErrors(server, app)
  server.setNotFoundHandler((request, reply) => {
    sendError(reply, request, new ApiError(404, 'unknown_path', 'Only health and metrics are answered here.'))
  })
  healthRoutes(server, app)
  return server as FastifyInstance
}
