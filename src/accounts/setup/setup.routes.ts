import { Type } from 'typebox'
import { assertOwnPage } from '../../platform/http/credentials.ts'
import { type Answer, type Route, route } from '../../platform/http/route.ts'
import { deviceOf, SessionDocument, sessionAnswer } from '../sessions/session-answer.ts'
import { setUp } from './set-up.ts'

const text = (example: string) => Type.String({ examples: [example] })

const create = route({
  kind: 'open',
  method: 'POST',
  url: '/v1/setup',
  access: 'public',
  summary: 'Set up an account',
  description:
    'Creates an account with its owner and its first site, and starts a session of the owner. `token` is that of the setup link which `bestow serve` prints while there is no account, or `bestow accounts setup-link`; it works once, within an hour.',
  tag: 'authentication',
  body: Type.Object({
    data: Type.Object({
      type: Type.Literal('setups'),
      attributes: Type.Object({
        token: Type.String(),
        name: text('Ada Lovelace'),
        email: text('owner@example.com'),
        password: text('a rather long password'),
        account_name: text('Northlight'),
        site_title: text('Northlight Studio'),
        subdomain: text('northlight'),
      }),
    }),
  }),
  responses: { 201: SessionDocument },
  sends: ['Set-Cookie'],
  errors: [401, 403, 409, 422, 503],
  async handler(context): Promise<Answer> {
    assertOwnPage(context.headers)
    const session = await setUp(context.app, context.body.data.attributes, deviceOf(context))
    return sessionAnswer(session, context.baseUrl)
  },
})

export const setupRoutes: Route[] = [create]
