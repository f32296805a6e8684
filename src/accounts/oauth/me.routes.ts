import { Type } from 'typebox'
import { permissionsOf } from '../../platform/auth/permissions.ts'
import { type ReadContext, type Route, route } from '../../platform/http/route.ts'
import { NullableText } from '../../platform/jsonapi/nullable.ts'
import { VERSION } from '../../platform/version.ts'
import { initialsOf } from '../users/initials.ts'
import { changeMe } from './change-me.ts'

const Me = Type.Object({
  data: Type.Object({
    id: Type.String(),
    type: Type.Literal('users'),
    attributes: Type.Object({
      initials: Type.String(),
      name: Type.String(),
      email: Type.String(),
      role_level: Type.String(),
      role: NullableText({
        description: 'The name of the role; null for the owner of the account',
        examples: ['Support'],
        'x-extension': true,
      }),
      has_password: Type.Boolean({
        description: 'Who signs in with links or a passkey alone has none',
        'x-extension': true,
      }),
      permissions: Type.Unsafe<string[]>({
        type: 'array',
        items: { type: 'string' },
        description: 'What the token permits',
        'x-extension': true,
      }),
    }),
  }),
})

/** The user of a token, as both operations show them. */
async function show({ app, db, caller }: Pick<ReadContext, 'app' | 'db' | 'caller'>) {
  const { id, ...user } = await db
    .selectFrom('users as u')
    .leftJoin('roles as r', 'r.id', 'u.role_id')
    .select(['u.id', 'u.name', 'u.email', 'u.role_level', 'r.name as role'])
    .select((eb) => eb('u.password_hash', 'is not', null).as('has_password'))
    .where('u.id', '=', caller.userId)
    .where('u.account_id', '=', caller.accountId)
    .executeTakeFirstOrThrow()
  const permissions = caller.permissions ?? permissionsOf(app.resources.all)
  return {
    data: { id, type: 'users', attributes: { initials: initialsOf(user.name), ...user, permissions } },
  }
}

const me = route({
  kind: 'read',
  method: 'GET',
  url: '/v1/me',
  access: 'token',
  summary: 'Show the owner of the token',
  tag: 'me',
  responses: { 200: Me },
  handler: async (context) => ({ body: await show(context) }),
})

const changeOwn = route({
  kind: 'read',
  method: 'PATCH',
  url: '/v1/me',
  access: 'token',
  onlySessions: true,
  summary: 'Change your own name or password',
  description:
    'A new `password` takes the `current_password` or, where the user has none yet, a sign-in of the last ten minutes (403 `recent_sign_in_required`). It ends all other sessions of the user.',
  tag: 'me',
  body: Type.Object({
    data: Type.Object({
      type: Type.Literal('users'),
      attributes: Type.Object({
        name: Type.Optional(Type.String()),
        password: Type.Optional(Type.String({ examples: ['another rather long password'] })),
        current_password: Type.Optional(Type.String({ examples: ['a rather long password'] })),
      }),
    }),
  }),
  responses: { 200: Me },
  errors: [409, 422],
  async handler(context) {
    const { app, caller, body, source } = context
    await changeMe(app, caller, body.data.attributes, source)
    return { body: await show(context) }
  },
})

const version = route({
  kind: 'open',
  method: 'GET',
  url: '/v1/version',
  access: 'public',
  summary: 'Show the version',
  tag: 'version',
  responses: {
    200: Type.Object({
      meta: Type.Object({ title: Type.String(), version: Type.String() }),
      links: Type.Object({ documentation: Type.String() }),
      // Misspelt as Kajabi has it, and spelt right.
      jsonapi: Type.Object({
        version: Type.String(),
        specficiation: Type.String(),
        specification: Type.String(),
      }),
    }),
  },
  async handler({ baseUrl }) {
    const specification = 'https://jsonapi.org/format/1.1/'
    return {
      body: {
        meta: { title: 'Bestow', version: VERSION },
        links: { documentation: `${baseUrl}/docs` },
        jsonapi: { version: '1.1', specficiation: specification, specification },
      },
    }
  },
})

export const meRoutes: Route[] = [me, changeOwn, version]
