import { Type } from 'typebox'
import { type Answer, type Route, route } from '../../platform/http/route.ts'
import { tooMany } from '../limiting-links.ts'
import { sessionRoute } from '../sessions/session-route.ts'
import { redeemPasswordReset } from './redeem-password-reset.ts'
import { requestPasswordReset } from './request-password-reset.ts'

const request = route({
  kind: 'open',
  method: 'POST',
  url: '/v1/password_resets',
  records: ['user_password_link_requested'],
  access: 'public',
  summary: 'Request a link to set a new password',
  description:
    'Sends the link to the user with this e-mail, if there is one; the answer is the same for every address. The link works once, within a day.',
  tag: 'authentication',
  body: Type.Object({
    data: Type.Object({
      type: Type.Literal('password_resets'),
      attributes: Type.Object({ email: Type.String({ examples: ['owner@example.com'] }) }),
    }),
  }),
  responses: { 202: Type.Null({ description: 'The link is sent if the address is that of a user' }) },
  errors: [409, 503],
  async handler({ app, body, source }): Promise<Answer> {
    const waitSeconds = await requestPasswordReset(app, body.data.attributes.email, source)
    if (waitSeconds > 0) throw tooMany('Too many links were requested for this e-mail.', waitSeconds)
    return { status: 202 }
  },
})

const redeem = sessionRoute({
  url: '/v1/password_resets/redeem',
  summary: 'Set a new password with a link',
  description:
    'Uses the link up, sets the password of its user, ends all sessions of the user and starts a new one.',
  tag: 'authentication',
  type: 'password_resets',
  attributes: Type.Object({
    token: Type.String(),
    password: Type.String({ examples: ['a rather long password'] }),
  }),
  start: redeemPasswordReset,
})

export const passwordResetRoutes: Route[] = [request, redeem]
