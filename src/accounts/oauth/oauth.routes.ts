import { Type } from 'typebox'
import { type Context, type Route, route } from '../../platform/http/route.ts'
import { badRequest } from '../../platform/jsonapi/errors.ts'
import {
  type Client,
  issueForKey,
  issueForUser,
  refreshTokens,
  revokeToken,
  type Tokens,
} from './issue-tokens.ts'

const TokenAnswer = Type.Object({
  access_token: Type.String(),
  refresh_token: Type.String(),
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer({ description: 'Seconds' }),
})

type Form = Record<string, string | undefined>

const token = route({
  kind: 'open',
  method: 'POST',
  url: '/v1/oauth/token',
  access: 'public',
  summary: 'Get an access token',
  description:
    'Supports the grant types `client_credentials` (in the body or as HTTP Basic) and `refresh_token`; with the setting PASSWORD_GRANT also `password`. Client credentials sent together with a refresh token or a password are verified too. The body may be form-encoded, multipart or JSON.',
  tag: 'authentication',
  body: Type.Object(
    {
      grant_type: Type.Optional(Type.String()),
      client_id: Type.Optional(Type.String()),
      client_secret: Type.Optional(Type.String()),
      refresh_token: Type.Optional(Type.String()),
      username: Type.Optional(Type.String()),
      password: Type.Optional(Type.String()),
    },
    {
      examples: [
        { grant_type: 'client_credentials', client_id: '2f6b0c1a', client_secret: 'd41d8cd98f00b204' },
      ],
    },
  ),
  responses: { 200: TokenAnswer },
  errors: [401, 429, 503],
  form: true,
  flatErrors: true,
  async handler({ app, headers, body, source }) {
    const form: Form = { ...basicCredentials(headers.authorization), ...body }
    const request = readGrant(form, app.config.PASSWORD_GRANT)
    if ('error' in request) return refusal(400, request.error, request.description)
    const issued = await issue(app, request, source)
    if (issued === null) return unauthorized(request.refused)
    if (issued === 'wrong_client') return unauthorized(REFUSED)
    if ('waitSeconds' in issued) return tooMany(issued.waitSeconds)
    return { body: issued, headers: UNCACHED }
  },
})

const revoke = route({
  kind: 'read',
  method: 'POST',
  url: '/v1/oauth/revoke',
  access: 'token',
  summary: 'Revoke a token',
  description: 'Revokes the given access or refresh token and all tokens of the same sign-in.',
  tag: 'authentication',
  body: Type.Object({ token: Type.String() }),
  responses: { 200: Type.Null({ description: 'Revoked; the body is empty' }) },
  form: true,
  async handler({ app, body, caller }) {
    if (!body.token) throw badRequest('missing_token', 'Send the token to revoke as the parameter token.')
    await revokeToken(app, body.token, caller.accountId)
    return { headers: UNCACHED }
  },
})

/** RFC 6749, 5.1: nobody may keep an answer with a token in it. */
const UNCACHED = { 'cache-control': 'no-store', pragma: 'no-cache' }

const REFUSED = 'Invalid client credentials'

type Grant =
  | { by: 'key'; id: string; secret: string; refused: string }
  | { by: 'refresh'; token: string; client: Client | null; refused: string }
  | { by: 'password'; email: string; password: string; client: Client | null; refused: string }

type Refusal = { error: string; description: string }

function readGrant(form: Form, passwordsAllowed: boolean): Grant | Refusal {
  const type =
    form.grant_type ??
    (form.refresh_token ? 'refresh_token' : form.username ? 'password' : 'client_credentials')
  switch (type) {
    case 'client_credentials':
      if (!form.client_id || !form.client_secret) return missing('client_id and client_secret')
      return { by: 'key', id: form.client_id, secret: form.client_secret, refused: REFUSED }
    case 'refresh_token':
      if (!form.refresh_token) return missing('refresh_token')
      return {
        by: 'refresh',
        token: form.refresh_token,
        client: clientOf(form),
        refused: 'Invalid refresh token',
      }
    case 'password':
      if (!passwordsAllowed)
        return {
          error: 'unsupported_grant_type',
          description:
            'The password grant is disabled on this server (setting PASSWORD_GRANT); use client_credentials.',
        }
      if (!form.username || !form.password) return missing('username and password')
      return {
        by: 'password',
        email: form.username,
        password: form.password,
        client: clientOf(form),
        refused: REFUSED,
      }
    default:
      return {
        error: 'unsupported_grant_type',
        description: 'grant_type must be client_credentials or refresh_token.',
      }
  }
}

/** Null when the client says nothing of itself; what is sent empty counts as left out (RFC 6749, 3.1). */
const clientOf = ({ client_id: id = '', client_secret: secret = '' }: Form): Client | null =>
  id === '' && secret === '' ? null : { id, secret }

const missing = (what: string): Refusal => ({ error: 'invalid_request', description: `Send ${what}.` })

function issue(
  app: Context['app'],
  grant: Grant,
  source: string,
): Promise<Tokens | 'wrong_client' | { waitSeconds: number } | null> {
  switch (grant.by) {
    case 'key':
      return issueForKey(app, grant.id, grant.secret, source)
    case 'refresh':
      return refreshTokens(app, grant.token, grant.client)
    case 'password':
      return issueForUser(app, { ...grant, source })
  }
}

/** The client of an HTTP Basic header; nothing when it is another. */
export function basicCredentials(header: string | string[] | undefined): Form {
  const [, encoded] = /^Basic +([\w+/=-]+)$/i.exec(String(header ?? '')) ?? []
  if (!encoded) return {}
  const [id = '', ...secret] = Buffer.from(encoded, 'base64').toString().split(':')
  return { client_id: id, client_secret: secret.join(':') }
}

const unauthorized = (error: string) =>
  refusal(
    401,
    error,
    'Check the credentials. A rotated or deleted key and a used refresh token are no longer valid.',
  )

function tooMany(waitSeconds: number) {
  const answer = refusal(
    429,
    'too_many_requests',
    `Too many attempts with this username. Wait ${waitSeconds} seconds.`,
  )
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(waitSeconds) } }
}

const refusal = (status: number, error: string, error_description: string) => ({
  status,
  body: { error, error_description },
  headers: UNCACHED,
})

export const oauthRoutes: Route[] = [token, revoke]
