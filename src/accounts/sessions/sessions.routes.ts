import { Type } from 'typebox'
import { assertOwnPage, sessionCookie } from '../../platform/http/credentials.ts'
import { type Answer, type Route, route } from '../../platform/http/route.ts'
import { ApiError, notFound } from '../../platform/jsonapi/errors.ts'
import { endSession } from './end-session.ts'
import { startSession } from './start-session.ts'

const Session = Type.Object({
  data: Type.Object({
    type: Type.Literal('sessions'),
    id: Type.String(),
    attributes: Type.Object({ expires_at: Type.String({ format: 'date-time' }) }),
    relationships: Type.Object({
      user: Type.Object({ data: Type.Object({ type: Type.Literal('users'), id: Type.String() }) }),
    }),
  }),
})

const signIn = route({
  kind: 'open',
  method: 'POST',
  url: '/v1/sessions',
  access: 'public',
  summary: 'Sign in with a browser',
  description:
    'Sets a cookie that takes the place of an access token in requests by pages of this server. They send it with the header `X-Requested-With`. `bestow users password` sets the password of a user.',
  tag: 'authentication',
  body: Type.Object({
    data: Type.Object({
      type: Type.Literal('sessions'),
      attributes: Type.Object({
        email: Type.String({ examples: ['owner@example.com'] }),
        password: Type.String({ examples: ['a rather long password'] }),
      }),
    }),
  }),
  responses: { 201: Session },
  sends: ['Set-Cookie'],
  errors: [401, 403, 409, 503],
  async handler({ app, headers, body, source, baseUrl }): Promise<Answer> {
    assertOwnPage(headers)
    const { email, password } = body.data.attributes
    const session = await startSession(app, { email, password, source })
    if (session === null)
      throw new ApiError(401, 'invalid_credentials', 'The e-mail or the password is wrong.', {
        headers: { 'www-authenticate': 'Bearer' },
      })
    if ('waitSeconds' in session) throw tooMany(session.waitSeconds)
    const { id, token, seconds, userId, expiresAt } = session
    return {
      status: 201,
      body: {
        data: {
          type: 'sessions',
          id,
          attributes: { expires_at: expiresAt.toISOString() },
          relationships: { user: { data: { type: 'users', id: userId } } },
        },
      },
      headers: {
        'set-cookie': sessionCookie(token, seconds, baseUrl),
        'cache-control': 'no-store',
        // Where it is ended.
        location: `${baseUrl}/v1/sessions/${id}`,
      },
    }
  },
})

const signOut = route({
  kind: 'write',
  method: 'DELETE',
  url: '/v1/sessions/{id}',
  access: 'token',
  summary: 'Sign out',
  description:
    'Ends a session of the same user: the id that it was created with or, for that of the request, `current`. The cookie is removed.',
  tag: 'authentication',
  responses: { 204: Type.Null({ description: 'The session has ended' }) },
  sends: ['Set-Cookie'],
  async handler({ tx, caller, params, scope, baseUrl }): Promise<Answer> {
    const id = params.id === 'current' ? caller.familyId : params.id!
    const isEnded = await endSession(tx, { ...caller, familyId: id }, scope.now)
    if (!isEnded) throw notFound(`There is no session with the id ${id}, or it has ended.`)
    return {
      status: 204,
      ...(id === caller.familyId && { headers: { 'set-cookie': sessionCookie(null, 0, baseUrl) } }),
    }
  },
})

const tooMany = (waitSeconds: number) =>
  new ApiError(429, 'too_many_requests', `Too many attempts with this e-mail. Wait ${waitSeconds} seconds.`, {
    headers: { 'retry-after': String(waitSeconds) },
  })

export const sessionRoutes: Route[] = [signIn, signOut]
