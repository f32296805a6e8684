import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import { type Static, type TSchema, Type } from 'typebox'
import { sessionCookie } from '../../platform/http/credentials.ts'
import { type Answer, type Route, route } from '../../platform/http/route.ts'
import { ApiError, notFound } from '../../platform/jsonapi/errors.ts'
import { NullableText, NullableTime } from '../../platform/jsonapi/nullable.ts'
import { missingAttribute } from '../../platform/jsonapi/read-attributes.ts'
import { tooMany } from '../limiting-links.ts'
import { UsedCredential } from '../passkeys/credential-schemas.ts'
import { endSessionsOf } from '../token-families.ts'
import { confirmSession } from './confirm-session.ts'
import { endSession } from './end-session.ts'
import { listSessions } from './list-sessions.ts'
import { sessionRoute } from './session-route.ts'
import { startSessionByLink, startSessionByPasskey, startSessionByPassword } from './start-session.ts'

const signIn = sessionRoute({
  url: '/v1/sessions',
  summary: 'Sign in with a browser',
  description:
    'With `email` and `password`, with the `token` of a sign-in link, which works once, or with a `passkey`: the answer of the browser to the options of `POST /v1/sessions/passkey_options`. Sets a cookie that takes the place of an access token in requests by pages of this server. They send it with the header `X-Requested-With`.',
  tag: 'authentication',
  type: 'sessions',
  attributes: Type.Object({
    email: Type.Optional(Type.String({ examples: ['owner@example.com'] })),
    password: Type.Optional(Type.String({ examples: ['a rather long password'] })),
    token: Type.Optional(Type.String({ examples: [] })),
    passkey: Type.Optional(UsedCredential),
  }),
  async start(app, { email, password, token, passkey }, device, baseUrl) {
    if (passkey !== undefined)
      return startSessionByPasskey(app, passkey as AuthenticationResponseJSON, device, baseUrl)
    if (token !== undefined) return startSessionByLink(app, token, device)
    if (email === undefined || password === undefined)
      throw missingAttribute(email === undefined ? 'email' : 'password')
    const session = await startSessionByPassword(app, { email, password }, device)
    if (session === null)
      throw new ApiError(401, 'invalid_credentials', 'The e-mail or the password is wrong.', {
        headers: { 'www-authenticate': 'Bearer' },
      })
    if ('waitSeconds' in session) throw tooMany('Too many attempts with this e-mail.', session.waitSeconds)
    return session
  },
})

const list = route({
  kind: 'read',
  method: 'GET',
  url: '/v1/sessions',
  access: 'token',
  summary: 'List the sessions of the user',
  description:
    'The sign-ins of the user that have not ended, the latest first, at most 100. `browser` is the `User-Agent` header of the sign-in. `last_used_at` is at most a minute late.',
  tag: 'authentication',
  responses: {
    200: Type.Object({
      data: Type.Array(
        Type.Object({
          type: Type.Literal('sessions'),
          id: Type.String({ format: 'uuid' }),
          attributes: Type.Object({
            created_at: Type.String({ format: 'date-time' }),
            expires_at: Type.String({ format: 'date-time' }),
            browser: NullableText(),
            started_from: NullableText(),
            last_used_at: NullableTime(),
            last_used_from: NullableText(),
            current: Type.Boolean({ description: 'It is the session of this request' }),
          }),
        }),
      ),
    }),
  },
  async handler({ db, caller, scope }) {
    const sessions = await listSessions(db, caller, scope.now)
    return {
      body: {
        data: sessions.map(({ id, used_at, used_from, ...shown }) => ({
          type: 'sessions',
          id,
          attributes: {
            ...shown,
            last_used_at: used_at,
            last_used_from: used_from,
            current: id === caller.familyId,
          },
        })),
      },
    }
  },
})

const Confirmation = Type.Object({
  data: Type.Object({
    type: Type.Literal('sessions'),
    attributes: Type.Object({
      password: Type.Optional(Type.String({ examples: ['a rather long password'] })),
      passkey: Type.Optional(UsedCredential),
    }),
  }),
})

const confirm = route({
  kind: 'read',
  method: 'POST',
  url: '/v1/sessions/current/confirm',
  access: 'token',
  onlySessions: true,
  summary: 'Confirm the session',
  description:
    'Proves again who uses the session of the request, with the `password` of its user, or with a `passkey` as in `POST /v1/sessions`. Operations that answer 403 `recent_sign_in_required` are possible for the next ten minutes.',
  tag: 'authentication',
  body: Confirmation as TSchema,
  responses: {
    200: Type.Object({
      data: Type.Object({
        type: Type.Literal('sessions'),
        id: Type.String({ format: 'uuid' }),
        attributes: Type.Object({ confirmed_at: Type.String({ format: 'date-time' }) }),
      }),
    }),
  },
  errors: [409, 422],
  async handler({ app, caller, body, source, baseUrl }) {
    const { password, passkey } = (body as Static<typeof Confirmation>).data.attributes
    const proof = { password, passkey: passkey as AuthenticationResponseJSON | undefined }
    const confirmedAt = await confirmSession(app, caller, proof, { source, baseUrl })
    const attributes = { confirmed_at: confirmedAt.toISOString() }
    return { body: { data: { type: 'sessions', id: caller.familyId, attributes } } }
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

const signOutElsewhere = route({
  kind: 'write',
  method: 'DELETE',
  url: '/v1/sessions',
  access: 'token',
  summary: 'Sign out everywhere else',
  description: 'Ends all sessions of the user but that of the request. API keys and their tokens stay.',
  tag: 'authentication',
  responses: { 204: Type.Null({ description: 'The other sessions have ended' }) },
  async handler({ tx, caller: { accountId, userId, familyId }, scope }): Promise<Answer> {
    await endSessionsOf(tx, { accountId, userId, except: familyId }, scope.now, 'revoked')
    return { status: 204 }
  },
})

export const sessionRoutes: Route[] = [signIn, list, confirm, signOutElsewhere, signOut]
