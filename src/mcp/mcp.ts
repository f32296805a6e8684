/** The Model Context Protocol at /mcp: tools for agents, over the API and with the rights of the token. */
import {
  createMcpHandler,
  isLegacyRequest,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../platform/app.ts'
import { MovableClock } from '../platform/clock/clock.ts'
import { claimsOf } from '../platform/http/credentials.ts'
import { ApiError } from '../platform/jsonapi/errors.ts'
import { Api, Refusal, type Send } from './api.ts'
import { type Caller, makeMcpServer, readPermissions } from './make-server.ts'
import { Plans } from './plans.ts'

const PATH = '/mcp'
const RESOURCE_METADATA = `/.well-known/oauth-protected-resource${PATH}`

/** Serves MCP, where extensions of Kajabi's API are on: a preview of a change is one. */
export async function mcp(server: FastifyInstance, app: App): Promise<void> {
  if (!app.config.EXTENSIONS) return
  const handler = createMcpHandler(({ authInfo }) => makeMcpServer(authInfo!.extra!.caller as Caller), {
    legacy: 'reject',
    onerror: (error) => app.log.warn({ err: error }, 'MCP request failed'),
  })
  const baseUrl = ({ protocol, host }: FastifyRequest) => app.config.PUBLIC_URL ?? `${protocol}://${host}`

  server.route({
    method: ['GET', 'POST', 'DELETE'],
    url: PATH,
    schema: { hide: true },
    async handler(request, reply) {
      assertOwnOrigin(request, baseUrl(request))
      const caller = await callerOf(server, app, request).catch((error) => {
        throw withMetadata(error, baseUrl(request) + RESOURCE_METADATA)
      })
      const { authorization = '' } = request.headers
      const asked = requestFor(request, baseUrl(request))
      const parsedBody = request.body ?? undefined
      if (asked.method === 'POST' && (await isLegacyRequest(asked, parsedBody)))
        return reply.send(await answerLegacy(asked, parsedBody, caller))
      return reply.send(
        await handler.fetch(asked, {
          parsedBody,
          authInfo: { token: authorization, clientId: '', scopes: [], extra: { caller } },
        }),
      )
    },
  })

  const json = (url: string, content: (base: string) => object) =>
    server.get(url, { schema: { hide: true } }, async (request, reply: FastifyReply) =>
      reply.type('application/json; charset=utf-8').send(JSON.stringify(content(baseUrl(request)))),
    )
  // RFC 9728 and RFC 8414: how a client that has an API key finds out where it gets a token.
  json(RESOURCE_METADATA, (base) => ({
    resource: base + PATH,
    authorization_servers: [base],
    bearer_methods_supported: ['header'],
  }))
  json('/.well-known/oauth-authorization-server', (base) => ({
    issuer: base,
    token_endpoint: `${base}/v1/oauth/token`,
    grant_types_supported: ['client_credentials', 'refresh_token'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    response_types_supported: [],
  }))
}

/**
 * Answers a client of the protocol as it was before 2026-07-28. The library would do so by an event stream, which says
 * nothing more: no tool reports progress.
 */
async function answerLegacy(request: Request, parsedBody: unknown, caller: Caller): Promise<Response> {
  const server = makeMcpServer(caller)
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: undefined,
    enableJsonResponse: true,
  })
  await server.connect(transport)
  try {
    return await transport.handleRequest(request, { parsedBody })
  } finally {
    await server.close()
  }
}

/** A page of another website that somebody on this machine or network opened must not use the tools. */
function assertOwnOrigin({ headers: { origin } }: FastifyRequest, base: string): void {
  if (origin === undefined || origin === new URL(base).origin) return
  throw new ApiError(
    403,
    'cross_site_request',
    `Requests to ${PATH} come from programs, or from pages of ${new URL(base).origin}.`,
    { source: { header: 'Origin' } },
  )
}

/** @throws ApiError 401 without a valid token */
async function callerOf(server: FastifyInstance, app: App, request: FastifyRequest): Promise<Caller> {
  const { accountId, keyId, familyId } = await claimsOf(app, { authorization: request.headers.authorization })
  const api = new Api(sendWithin(server, request))
  const plans = new Plans(app.linkKey, `${accountId}:${keyId ?? familyId}`)
  const permissions = await readPermissions(api).catch((error) => {
    if (error instanceof Refusal) throw new ApiError(error.status, 'unauthorized', error.message)
    throw error
  })
  return { api, plans, permissions, isDevelopment: app.clock instanceof MovableClock }
}

/** Requests within this process, as the client of `request`. */
const sendWithin =
  (server: FastifyInstance, { ip, headers: { authorization, host } }: FastifyRequest): Send =>
  async ({ method, path, headers, body }) => {
    const response = await server.inject({
      method: method as 'GET',
      url: path,
      remoteAddress: ip,
      headers: { ...headers, ...(authorization && { authorization }), ...(host && { host }) },
      ...(body !== undefined && { payload: body }),
    })
    return { status: response.statusCode, body: response.body }
  }

function withMetadata(error: unknown, metadata: string): unknown {
  if (!(error instanceof ApiError) || error.status !== 401) return error
  return new ApiError(401, error.code, error.message, {
    headers: { 'www-authenticate': `Bearer resource_metadata="${metadata}"` },
  })
}

/** Answers are always JSON, also to clients that do not say which of the two that the protocol has they read. */
const ACCEPTED = 'application/json, text/event-stream'

/** The request in the form that the library reads; the body was read already. */
function requestFor({ method, url, headers }: FastifyRequest, base: string): Request {
  const copied = new Headers()
  for (const [name, value] of Object.entries(headers))
    if (typeof value === 'string' && name !== 'content-length') copied.set(name, value)
  copied.set('accept', ACCEPTED)
  return new Request(base + url, { method, headers: copied })
}
