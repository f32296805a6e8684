/** Who sends a request: the bearer of a token, or a browser that is signed in. */
import { parseCookie, stringifySetCookie } from 'cookie'
import type { FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import type { TokenClaims } from '../auth/tokens.ts'
import { ApiError } from '../jsonapi/errors.ts'
import { bearerToken, TOKEN_ENDED, unauthorized } from './authenticate.ts'

type Headers = FastifyRequest['headers']

export const SESSION_COOKIE = 'bestow_session'

/**
 * The claims of the token in the Authorization header or, without that header, in the session cookie.
 *
 * @throws ApiError 401 without a valid one; 403 for a cookie that another site may have had the browser send
 */
export async function claimsOf(app: App, headers: Headers): Promise<TokenClaims> {
  const session = headers.authorization === undefined ? sessionIn(headers) : undefined
  if (session !== undefined) assertOwnPage(headers)
  const claims =
    session === undefined
      ? await app.tokens.verifyAccess(bearerToken(headers.authorization))
      : await app.tokens.verifySession(session)
  if (!claims) throw unauthorized(session === undefined ? TOKEN_ENDED : SESSION_ENDED)
  return claims
}

const SESSION_ENDED = 'The session has ended. Sign in again with POST /v1/sessions.'

const sessionIn = ({ cookie }: Headers): string | undefined =>
  cookie === undefined ? undefined : parseCookie(cookie)[SESSION_COOKIE]

/**
 * A browser sends the cookie also when a page of another site makes the request. Such a page cannot set this header:
 * that takes a permission of this server (CORS), which it never gives.
 *
 * @throws ApiError 403
 */
export function assertOwnPage(headers: Headers): void {
  const site = headers['sec-fetch-site']
  if (headers['x-requested-with'] && (site === undefined || site === 'same-origin')) return
  throw new ApiError(
    403,
    'cross_site_request',
    'A request with a session must come from a page of this server and have the header X-Requested-With. Programs use an access token instead.',
    { source: { header: 'X-Requested-With' } },
  )
}

/**
 * The header that sets the session cookie, or removes it.
 *
 * @param token null: the session has ended
 * @param baseUrl of the request: behind https the cookie is sent over https only
 */
export const sessionCookie = (token: string | null, seconds: number, baseUrl: string): string =>
  stringifySetCookie({
    name: SESSION_COOKIE,
    value: token ?? '',
    path: '/v1',
    httpOnly: true,
    sameSite: 'strict',
    secure: baseUrl.startsWith('https:'),
    maxAge: token === null ? 0 : seconds,
  })
