import swagger from '@fastify/swagger'
import type { FastifyInstance, FastifySchema } from 'fastify'
import { type TSchema, Type } from 'typebox'
import type { App } from '../app.ts'
import { ErrorDocument, FlatError, MEDIA_TYPE } from '../jsonapi/schemas.ts'
import { VERSION } from '../version.ts'
import { SESSION_COOKIE } from './credentials.ts'
import { completeDocument } from './openapi/complete.ts'
import type { OpenApi } from './openapi/document.ts'
import { RECENT_MINUTES } from './recent-sign-in.ts'
import { type Route, takesIdempotencyKey } from './route.ts'

/** Collects the OpenAPI document from the routes that are registered after this; it is made when it is asked for. */
export async function openapi(
  server: FastifyInstance,
  { config, resources }: Pick<App, 'config' | 'resources'>,
  routes: Route[],
): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      servers: [{ url: config.PUBLIC_URL ?? '/' }],
      info: {
        title: 'Bestow',
        version: VERSION,
        description:
          'A membership server that implements the Kajabi Public API V1. Operations marked `x-extension` are not part of that API.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes: SECURITY_SCHEMES },
    },
    transformObject: (made) => {
      const document = (made as { openapiObject: unknown }).openapiObject as OpenApi
      return completeDocument(document, routes, resources) as object
    },
  })
}

const SECURITY_SCHEMES = {
  Bearer: { type: 'http', scheme: 'bearer', description: 'An access token from `POST /v1/oauth/token`' },
  OAuth2: {
    type: 'oauth2',
    description: 'Access tokens are issued for the `client_id` and `client_secret` of an API key.',
    flows: {
      clientCredentials: { tokenUrl: '/v1/oauth/token', refreshUrl: '/v1/oauth/token', scopes: {} },
    },
  },
  Session: {
    type: 'apiKey',
    in: 'cookie',
    name: SESSION_COOKIE,
    description:
      'The cookie of `POST /v1/sessions`, for pages of this server, with the header `X-Requested-With`',
  },
} as const

/** A route as Fastify and its documentation want it. */
export function fastifySchema(route: Route, strict: boolean): FastifySchema {
  const { summary, description, tag, access, extension, body, form, upload, streams, query, url, responses } =
    route
  const mediaType = form ? 'application/json' : streams ? 'application/octet-stream' : MEDIA_TYPE
  const error = route.flatErrors ? answer(FlatError, 'application/json') : answer(ErrorDocument, MEDIA_TYPE)
  return {
    summary,
    description: [description, [permissionSentence(access), ...sessionSentences(route)].join(' ')]
      .filter(Boolean)
      .join('\n\n'),
    tags: [tag],
    ...(extension && { 'x-extension': true }),
    ...(route.records && { 'x-events': route.records }),
    ...(access !== 'public' && {
      security: [{ Bearer: [] }, { OAuth2: [] }, { Session: [] }],
      'x-permission': access === 'token' ? null : access,
    }),
    ...(body && { body, consumes: form ? FORM_TYPES : [upload ? 'multipart/form-data' : MEDIA_TYPE] }),
    ...(query && { querystring: query }),
    ...(parametersIn(url) && { params: parametersIn(url) }),
    response: Object.fromEntries([
      ...errorStatuses(route, strict).map((status) => [status, error]),
      ...Object.entries(responses).map(([status, schema]) => [status, answer(schema, mediaType)]),
    ]),
  } as FastifySchema
}

const FORM_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'application/json']

/** A schema of null stands for no body at all. */
const answer = (schema: TSchema, mediaType: string) => {
  const { type, description = 'The response document' } = schema as { type?: string; description?: string }
  return type === 'null' ? { type, description } : { description, content: { [mediaType]: { schema } } }
}

const permissionSentence = (access: Route['access']) =>
  access === 'public'
    ? 'No token is required.'
    : access === 'token'
      ? 'Any valid token is sufficient.'
      : `Requires the permission \`${access}\`.`

const sessionSentences = ({ onlySessions, needsRecentSignIn }: Route): string[] => [
  ...(onlySessions ? ['API keys cannot use it (403 `session_required`).'] : []),
  ...(needsRecentSignIn
    ? [
        `The user of a session must have signed in, or confirmed it, within the last ${RECENT_MINUTES} minutes (403 \`recent_sign_in_required\`): \`POST /v1/sessions/current/confirm\`.`,
      ]
    : []),
]

/** What every route of a kind can answer, and what this one says of itself; 400 for a malformed path or query. */
function errorStatuses(route: Route, strict: boolean): number[] {
  const { access, form, upload, streams, method, url, errors = [] } = route
  const statuses = new Set([...errors, 400, 429])
  if (access !== 'public') for (const status of [401, 403, 503]) statuses.add(status)
  if (url.includes('{')) statuses.add(404)
  // A body is read also where none is asked for.
  if (method !== 'GET') statuses.add(413)
  if (takesIdempotencyKey(route)) for (const status of [409, 422]) statuses.add(status)
  if (strict && access !== 'public' && !form && !upload && !streams)
    for (const status of [406, 415]) statuses.add(status)
  return [...statuses].sort()
}

function parametersIn(url: string): TSchema | undefined {
  const names = [...url.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
  if (names.length === 0) return undefined
  return Type.Object(Object.fromEntries(names.map((name) => [name, Type.String()])))
}
