import { timingSafeEqual } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { App } from '../platform/app.ts'
import { isMigrated } from '../platform/db/migrate.ts'
import { unauthorized } from '../platform/http/authenticate.ts'
import { ApiError } from '../platform/jsonapi/errors.ts'
import { ErrorDocument, MEDIA_TYPE } from '../platform/jsonapi/schemas.ts'
import { databaseText } from '../platform/metrics.ts'
import { countJobs } from '../platform/queue/jobs.ts'
import type { Queue } from '../platform/queue/queue.ts'
import { hashSecret } from '../platform/secrets/secrets.ts'
import { lastBackupAt } from './backup/last-backup.ts'

/** Monitoring gets its answer in this time, also while the database hangs. */
const DATABASE_MS = 2_000

/** For what watches over the process: is it alive, can it serve, how does it fare. The metrics count these queues. */
export const healthRoutes =
  (queues: Queue[]) =>
  async (server: FastifyInstance, app: App): Promise<void> => {
    server.get('/healthz', described('Liveness: whether the process runs', Status), async () => ({
      status: 'ok',
    }))

    const migrated = inTime(() => isMigrated(app.db))
    server.get('/readyz', described('Readiness: whether requests can be served', Status, 503), async () => {
      if (await migrated()) return { status: 'ok' }
      throw new ApiError(
        503,
        'not_migrated',
        'The database schema is of an older version; run `bestow migrate`.',
        {
          headers: { 'retry-after': '5' },
        },
      )
    })

    server.get('/metrics', described('Metrics of this process', Figures, 401), async (request, reply) => {
      assertMetricsToken(app, request.headers.authorization)
      reply.type(PROMETHEUS)
      return app.metrics.text()
    })

    const figures = inTime(async () => [await countJobs(app.db, queues), await lastBackupAt(app.db)] as const)
    const ofDatabase = described('Metrics of the database, the same from every process', Figures, 401, 503)
    server.get('/metrics/database', ofDatabase, async (request, reply) => {
      assertMetricsToken(app, request.headers.authorization)
      reply.type(PROMETHEUS)
      return databaseText(...(await figures()))
    })
  }

const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8'

/**
 * Asks the database, and gives up in time. Whoever asks while an answer is still awaited waits for the same: a
 * database that hangs gets one query, and not one more with every look.
 */
function inTime<Result>(ask: () => Promise<Result>): () => Promise<Result> {
  let asked: Promise<Result> | null = null
  return async () => {
    asked ??= ask().finally(() => {
      asked = null
    })
    asked.catch(() => {})
    return Promise.race([asked, late()])
  }
}

async function late(): Promise<never> {
  await sleep(DATABASE_MS, undefined, { ref: false })
  throw new ApiError(503, 'database_unavailable', 'The database does not answer in time.', {
    headers: { 'retry-after': '2' },
  })
}

const Status = { 'application/json': { schema: Type.Object({ status: Type.Literal('ok') }) } }
const Figures = { 'text/plain': { schema: Type.String() } }
const Errors = { [MEDIA_TYPE]: { schema: ErrorDocument } }

const described = (summary: string, content: object, ...errors: number[]) => ({
  config: { rateLimit: false as const },
  schema: {
    summary,
    tags: ['monitoring'],
    'x-extension': true,
    response: {
      200: { description: 'Done', content },
      ...Object.fromEntries(
        [400, ...errors].map((status) => [status, { description: 'Error', content: Errors }]),
      ),
    },
  },
})

/** In production the figures are for who knows METRICS_TOKEN; without one set, for nobody. */
function assertMetricsToken({ config }: App, authorization: string | undefined): void {
  const token = config.METRICS_TOKEN
  if (token === null && config.mode === 'development') return
  const expected = hashSecret(`Bearer ${token}`)
  if (token !== null && timingSafeEqual(hashSecret(authorization ?? ''), expected)) return
  throw unauthorized('Send the value of the setting METRICS_TOKEN as a bearer token.')
}
