import { randomUUID } from 'node:crypto'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from 'fastify'
import type { App } from '../app.ts'
import type { TokenClaims } from '../auth/tokens.ts'
import { badRequest } from '../jsonapi/errors.ts'
import type { Ignored, QueryParameters } from '../jsonapi/query.ts'
import { MEDIA_TYPE } from '../jsonapi/schemas.ts'
import { bearerToken, TOKEN_ENDED, unauthorized } from './authenticate.ts'
import { acceptBodies, BODY_LIMIT } from './bodies.ts'
import { documentRoutes } from './docs.ts'
import { answerErrors, answerMalformedAddress } from './error-answers.ts'
import { acceptForms } from './forms.ts'
import { healthRoutes } from './health.ts'
import { fastifySchema, openapi } from './openapi.ts'
import { refusingServers } from './overload.ts'
import { limitRate } from './rate-limit.ts'
import type { Context, Route } from './route.ts'
import { runRoute } from './run-route.ts'
import { refuseOtherMediaTypes } from './strict.ts'
import { bodyValidator } from './validation.ts'

declare module 'fastify' {
  interface FastifyRequest {
    claims: TokenClaims | null
  }
  interface FastifyContextConfig {
    route?: Route
  }
}

/** Adds what is no operation of the API, as the members' pages. */
export type Extra = (server: FastifyInstance, app: App) => Promise<void>

/** The HTTP side of the application: every route of the table, and what all of them share. */
export async function buildServer(app: App, routes: Route[], extras: Extra[] = []): Promise<FastifyInstance> {
  const server: FastifyInstance = Fastify({
    loggerInstance: app.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT,
    serverFactory: refusingServers(app),
    // Counted from our side: what a client itself puts into the headers is further away.
    trustProxy: (_address, hop) => hop < app.config.TRUST_PROXY,
    forceCloseConnections: 'idle',
    // What still arrives is answered as ever; see close-server.ts.
    return503OnClosing: false,
    // An id of any length is looked for, and not found.
    routerOptions: { querystringParser: parseParameters, maxParamLength: 20_000 },
    frameworkErrors: answerMalformedAddress,
  })
  const known = routes.filter(({ extension }) => !extension || app.config.EXTENSIONS)
  answerErrors(server, app, known)
  server.setValidatorCompiler(bodyValidator)
  server.decorateRequest('claims', null)
  server.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    const { route } = request.routeOptions.config
    if (route && route.access !== 'public') request.claims = await verifyToken(app, request)
    if (route && app.config.JSONAPI_STRICT) refuseOtherMediaTypes(route, request.headers)
  })
  acceptBodies(server)
  server.addHook('onSend', async (_request, reply) => {
    // JSON:API 1.1 allows no charset on its media type, which Fastify adds.
    if (String(reply.getHeader('content-type')).startsWith(`${MEDIA_TYPE};`))
      reply.header('content-type', MEDIA_TYPE)
  })
  server.addHook('onResponse', async (request, reply) => {
    app.metrics.observeRequest(
      request.method,
      request.routeOptions.url ?? 'unknown',
      reply.statusCode,
      reply.elapsedTime,
    )
    app.log.debug({
      request_id: request.id,
      method: request.method,
      // Not the address itself: members' pages have secrets in theirs.
      route: request.routeOptions.url,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    })
  })
  await limitRate(server, app)
  await openapi(server)
  for (const definition of known) if (!definition.form) addRoute(server, app, definition)
  await server.register(async (forms) => {
    acceptForms(forms)
    for (const definition of known) if (definition.form) addRoute(forms, app, definition)
  })
  healthRoutes(server, app)
  documentRoutes(server)
  for (const add of extras) await add(server, app)
  return server
}

/** Checked before the body is read: who has no token learns nothing about its form. */
async function verifyToken(app: App, request: FastifyRequest): Promise<TokenClaims> {
  const claims = await app.tokens.verifyAccess(bearerToken(request.headers.authorization))
  if (!claims) throw unauthorized(TOKEN_ENDED)
  return claims
}

function addRoute(server: FastifyInstance, app: App, definition: Route): void {
  server.route({
    method: definition.method,
    url: definition.url.replace(/\{(\w+)\}/g, ':$1'),
    schema: fastifySchema(definition, app.config.JSONAPI_STRICT),
    config: { route: definition },
    handler: async (request, reply) => {
      const ignored: Ignored[] = []
      const context = contextOf(app, request, ignored)
      const path = request.url.split('?')[0]!
      const answer = await runRoute(definition, context, request.claims, path)
      if (ignored.length > 0)
        reply.header('warning', warningOf(ignored.map(({ reason }) => `${reason}; it was ignored.`)))
      reply
        .code(answer.status ?? 200)
        .type(definition.form ? 'application/json' : MEDIA_TYPE)
        .headers(answer.headers ?? {})
      return reply.send(answer.body)
    },
  })
}

const MOST_WARNINGS = 5
const LONGEST_WARNING = 200

/** Clients refuse an answer whose headers are too long, also when what it tells of has been done. */
function warningOf(sentences: string[]): string {
  const rest = sentences.length - MOST_WARNINGS
  const told = [...sentences.slice(0, MOST_WARNINGS), ...(rest > 0 ? [`And ${rest} more.`] : [])]
  return told
    .map((text) => `299 - "${text.slice(0, LONGEST_WARNING).replace(/["\\]|[^ -~]/g, "'")}"`)
    .join(', ')
}

function contextOf(app: App, request: FastifyRequest, ignored: Ignored[]): Context {
  return {
    app,
    requestId: request.id,
    baseUrl: app.config.PUBLIC_URL ?? `${request.protocol}://${request.host}`,
    headers: request.headers,
    params: request.params as Record<string, string>,
    query: request.query as QueryParameters,
    body: request.body,
    ignore(passedOver) {
      const [first] = passedOver
      if (first && app.config.JSONAPI_STRICT)
        throw badRequest('not_allowed', `${first.reason}.`, first.source)
      ignored.push(...passedOver)
    },
  }
}

/** A parameter given twice counts once, the last; only `name[]` collects. */
function parseParameters(text: string): QueryParameters {
  const parameters: QueryParameters = {}
  for (const [name, value] of new URLSearchParams(text)) {
    if (!name.endsWith('[]')) parameters[name] = value
    else parameters[name] = [...[parameters[name] ?? []].flat(), value]
  }
  return parameters
}
