import { Type } from 'typebox'
import { permissionsOf } from '../../platform/auth/permissions.ts'
import { type Route, route } from '../../platform/http/route.ts'
import { VERSION } from '../../platform/version.ts'
import { initialsOf } from '../users/initials.ts'

const me = route({
  kind: 'read',
  method: 'GET',
  url: '/v1/me',
  access: 'token',
  summary: 'Show the owner of the token',
  tag: 'me',
  responses: {
    200: Type.Object({
      data: Type.Object({
        id: Type.String(),
        type: Type.Literal('users'),
        attributes: Type.Object({
          initials: Type.String(),
          name: Type.String(),
          email: Type.String(),
          role_level: Type.String(),
          permissions: Type.Unsafe<string[]>({
            type: 'array',
            items: { type: 'string' },
            description: 'What the token permits',
            'x-extension': true,
          }),
        }),
      }),
    }),
  },
  async handler({ app, db, caller }) {
    const { id, ...user } = await db
      .selectFrom('users')
      .select(['id', 'name', 'email', 'role_level'])
      .where('id', '=', caller.userId)
      .where('account_id', '=', caller.accountId)
      .executeTakeFirstOrThrow()
    const permissions = caller.permissions ?? permissionsOf(app.resources.all)
    const attributes = { initials: initialsOf(user.name), ...user, permissions }
    return { body: { data: { id, type: 'users', attributes } } }
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

export const meRoutes: Route[] = [me, version]
