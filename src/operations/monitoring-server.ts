import { randomUUID } from 'node:crypto'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { App } from '../platform/app.ts'
import { answerErrors, sendError } from '../platform/http/error-answers.ts'
import { ApiError } from '../platform/jsonapi/errors.ts'
import type { Queue } from '../platform/queue/queue.ts'
import { healthRoutes } from './health.ts'

/** Of a process that serves no API, as `worker`: health and metrics alone. */
export async function buildMonitoringServer(app: App, queues: Queue[]): Promise<FastifyInstance> {
  const server = Fastify({
    loggerInstance: app.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    forceCloseConnections: true,
  })
  answerErrors(server, app)
  server.setNotFoundHandler((request, reply) => {
    sendError(
      reply,
      request,
      new ApiError(404, 'unknown_path', 'This port serves only health checks and metrics.'),
    )
  })
  await healthRoutes(queues)(server as FastifyInstance, app)
  return server as FastifyInstance
}
