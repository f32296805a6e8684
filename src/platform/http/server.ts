import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from 'fastify'
import type { App } from '../app.ts'
import type { TokenClaims } from '../auth/tokens.ts'
import { badRequest } from '../jsonapi/errors.ts'
import type { QueryParameters } from '../jsonapi/query.ts'
import { MEDIA_TYPE } from '../jsonapi/schemas.ts'
import { acceptBodies, BODY_LIMIT } from './bodies.ts'
import { claimsOf } from './credentials.ts'
import { DOCUMENT_PATHS, documentRoutes, hasDocs } from './docs.ts'
import { answerErrors, answerMalformedAddress, sendError } from './error-answers.ts'
import { withoutExtensions } from './extensions.ts'
import { acceptForms } from './forms.ts'
import { frontPage } from './front-page.ts'
import { parameterReader } from './known-parameters.ts'
import { MONITORING_PATHS } from './monitoring-paths.ts'
import { fastifySchema, openapi } from './openapi.ts'
import { RefusingServers } from './overload.ts'
import { parseParameters } from './parameters.ts'
import { limitRate } from './rate-limit.ts'
import { answerClientError } from './raw-answers.ts'
import type { Context, Route } from './route.ts'
import { runRoute } from './run-route.ts'
import { replaceZeroBytes } from './sanitize-strings.ts'
import { responseSerializer } from './serialization.ts'
import { refuseLooseIdentifiers, refuseOtherMediaTypes } from './strict.ts'
import { readUnknownMembers } from './unknown-members.ts'
import { unknownPaths } from './unknown-paths.ts'
import { acceptUploads } from './upload-forms.ts'
import { bodyValidator } from './validation.ts'

declare module 'fastify' {
  interface FastifyRequest {
    claims: TokenClaims | null
  }
  interface FastifyContextConfig {
    route?: Route
  }
}

/** Seconds, a year. Not for subdomains: those of the same owner may be served otherwise. */
const TRANSPORT_SECURITY = 'max-age=31536000'

/** Adds what is no operation of the API, as the members' pages. */
export type Extra = (server: FastifyInstance, app: App) => Promise<void>

/** The HTTP side of the application: every route of the table, and what all of them share. */
export async function buildServer(app: App, routes: Route[], extras: Extra[] = []): Promise<FastifyInstance> {
  const servers = new RefusingServers(app)
  const server: FastifyInstance = Fastify({
    loggerInstance: app.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT,
    serverFactory: (handle) => servers.create(handle),
    clientErrorHandler: answerClientError,
    // Counted from our side: what a client itself puts into the headers is further away.
    trustProxy: (_address, hop) => hop < app.config.TRUST_PROXY,
    forceCloseConnections: 'idle',
    // What still arrives is answered as ever; see close-server.ts.
    return503OnClosing: false,
    // An id of any length is looked for, and not found.
    // The query is parsed in a hook, whose errors are answered; the router's would end the process.
    routerOptions: {
      querystringParser: (text) => ({ text }),
      maxParamLength: 20_000,
      ignoreTrailingSlash: true,
    },
    frameworkErrors: answerMalformedAddress,
  })
  const known = app.config.EXTENSIONS ? routes : withoutExtensions(routes)
  const beside = [...MONITORING_PATHS, ...(hasDocs(app.config) ? DOCUMENT_PATHS : [])]
  const served = [...known, ...beside.map((url) => ({ method: 'GET', url }))]
  const explain = unknownPaths(served, app.resources.all)
  const unknown = ({ method, url }: FastifyRequest) => explain(method, url.split('?')[0]!)
  answerErrors(server, app)
  frontPage(server, app, (request, reply) => sendError(reply, request, unknown(request)))
  server.setValidatorCompiler(bodyValidator)
  server.setSerializerCompiler(responseSerializer)
  const transportSecurity = app.config.PUBLIC_URL?.startsWith('https:') && TRANSPORT_SECURITY
  server.decorateRequest('claims', null)
  server.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    if (transportSecurity) reply.header('strict-transport-security', transportSecurity)
    // Before its body is read: what is wrong with it does not matter at a wrong address.
    if (request.is404) throw unknown(request)
    replaceZeroBytes(request.params as Record<string, string>)
    const { route } = request.routeOptions.config
    // Before its body is read: who has no token learns nothing about its form.
    if (route && route.access !== 'public') request.claims = await claimsOf(app, request.headers)
    if (route) assertIds(route, request.params as Record<string, string>)
    if (route && app.config.JSONAPI_STRICT) {
      reply.header('vary', 'Accept')
      refuseOtherMediaTypes(route, request.headers)
    }
  })
  // After every onRequest hook: the pages' answers to errors need what those have read.
  server.addHook('preParsing', async (request) => {
    const parameters = parseParameters(textOfQuery(request))
    // Operations of the API refuse them, and name the parameter.
    if (!request.routeOptions.config.route) replaceZeroBytes(parameters)
    request.query = parameters
  })
  acceptBodies(server)
  server.addHook('preValidation', ({ raw, routeOptions: { config } }, _reply, done) => {
    if (config.route?.upload) servers.receiveLong(raw)
    done(config.route?.upload ? undefined : servers.refusalOfArrived(raw))
  })
  if (app.config.JSONAPI_STRICT) {
    server.addHook('preValidation', async ({ routeOptions: { config }, body }) => {
      if (config.route) refuseLooseIdentifiers(config.route, body)
    })
  }
  server.addHook('onClose', () => app.keyUses.settle())
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
  await openapi(server, app, known)
  for (const definition of known)
    if (!definition.form && !definition.upload) addRoute(server, app, definition)
  await server.register(async (forms) => {
    acceptForms(forms)
    for (const definition of known) if (definition.form) addRoute(forms, app, definition)
  })
  await server.register(async (uploads) => {
    acceptUploads(uploads)
    for (const definition of known) if (definition.upload) addRoute(uploads, app, definition)
  })
  if (hasDocs(app.config)) documentRoutes(server)
  for (const add of extras) await add(server, app)
  return server
}

const textOfQuery = ({ query }: FastifyRequest): string => (query as { text: string }).text

function addRoute(server: FastifyInstance, app: App, definition: Route): void {
  const readParameters = parameterReader(definition)
  server.route({
    method: definition.method,
    url: definition.url.replace(/\{(\w+)\}/g, ':$1'),
    ...(definition.bodyLimit && { bodyLimit: definition.bodyLimit }),
    schema: fastifySchema(definition, app.config.JSONAPI_STRICT),
    config: { route: definition },
    handler: async (request, reply) => {
      const warnings: string[] = []
      const { parameters, unknown } = readParameters(request.query as QueryParameters)
      const context = contextOf(app, request, parameters, warnings)
      context.ignore(unknown)
      context.ignore(readUnknownMembers(definition, request.body))
      const address = request.url.replace(/\/(?=\?|$)/, '')
      const answer = await runRoute(definition, context, request.claims, address)
      // An error before the first byte is a response of its own, without the headers of this one.
      if (answer.stream) await once(answer.stream, 'readable')
      if (warnings.length > 0) reply.header('warning', warningOf(warnings))
      reply.code(answer.status ?? 200)
      // What has no body has no type.
      if (answer.body !== undefined || answer.stream)
        reply.type(definition.form ? 'application/json' : MEDIA_TYPE)
      reply.headers(answer.headers ?? {})
      return reply.send(answer.stream ?? answer.body)
    },
  })
}

/**
 * An empty id is nearly always a variable that was not set.
 *
 * @throws ApiError 400 that names it
 */
function assertIds({ url }: Route, params: Record<string, string>): void {
  for (const name in params) {
    if (params[name]!.trim() === '') throw badRequest('empty_id', `The parameter ${name} of ${url} is empty.`)
  }
}

const MOST_WARNINGS = 5
const LONGEST_WARNING = 200

/** Clients refuse an answer whose headers are too long, even if the request was executed. */
function warningOf(sentences: string[]): string {
  const rest = sentences.length - MOST_WARNINGS
  const shown = [...sentences.slice(0, MOST_WARNINGS), ...(rest > 0 ? [`And ${rest} more.`] : [])]
  return shown
    .map((text) => `299 - "${text.slice(0, LONGEST_WARNING).replace(/["\\]|[^ -~]/g, "'")}"`)
    .join(', ')
}

function contextOf(app: App, request: FastifyRequest, query: QueryParameters, warnings: string[]): Context {
  const ignored = new Set<string>()
  return {
    app,
    requestId: request.id,
    baseUrl: app.config.PUBLIC_URL ?? `${request.protocol}://${request.host}`,
    headers: request.headers,
    source: request.ip,
    params: request.params as Record<string, string>,
    query,
    body: request.body,
    ignore(passedOver) {
      const [first] = passedOver
      if (first && app.config.JSONAPI_STRICT)
        throw badRequest('not_allowed', `${first.reason}.`, first.source)
      for (const { reason } of passedOver) {
        if (!ignored.has(reason)) warnings.push(`${reason}; it was ignored.`)
        ignored.add(reason)
      }
    },
    warn: (sentence) => void warnings.push(sentence),
  }
}
