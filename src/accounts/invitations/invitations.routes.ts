import { Type } from 'typebox'
import { userLinkExpiry } from '../../links/user-links.ts'
import { endRoute, newRoute, writingOf } from '../../platform/http/crud-routes.ts'
import { listRoute, showOne, showRoute } from '../../platform/http/resource-routes.ts'
import { type Route, route } from '../../platform/http/route.ts'
import type { Values } from '../../platform/jsonapi/read-attributes.ts'
import { singleParameters } from '../../platform/jsonapi/schemas.ts'
import { lockOne } from '../../platform/records/lock-one.ts'
import { sessionRoute } from '../sessions/session-route.ts'
import { acceptInvitation } from './accept-invitation.ts'
import { InvitationWithLink, invitationRecords, invitations } from './invitations.resource.ts'
import { type InvitationRow, sendInvitation } from './send-invitation.ts'

const resend = route({
  kind: 'write',
  method: 'POST',
  url: '/v1/invitations/{id}/resend',
  records: ['user_invited'],
  access: 'manage:users',
  needsRecentSignIn: true,
  summary: 'Send an invitation again',
  description:
    'Sends an e-mail with a new link, valid for seven days; the one before ends. The response contains the `link`, which is shown only once.',
  tag: 'invitations',
  shows: invitations,
  query: singleParameters(invitations),
  responses: { 200: InvitationWithLink },
  async handler(context) {
    const { tx, params, caller, scope } = context
    const invitation = await lockOne<InvitationRow>(tx, invitationRecords, caller.siteIds, params.id!)
    const shownOnce: Values = {}
    const showOnce = (more: Values) => void Object.assign(shownOnce, more)
    await sendInvitation(invitation, { ...writingOf(context), showOnce })
    await tx
      .updateTable('invitations')
      .set({ expires_at: userLinkExpiry('invitation', scope.now), updated_at: scope.now })
      .where('id', '=', invitation.id)
      .where('account_id', '=', caller.accountId)
      .execute()
    return { body: await showOne(context, invitations, invitation.id), shownOnce }
  },
})

const accept = sessionRoute({
  url: '/v1/invitations/accept',
  summary: 'Accept an invitation',
  description:
    'Creates the user and starts their session. They sign in with the address of the invitation, or with the given `email`: an address belongs to one user of the whole server.',
  tag: 'invitations',
  type: 'invitations',
  attributes: Type.Object({
    token: Type.String(),
    name: Type.String({ examples: ['Grace Hopper'] }),
    password: Type.String({ examples: ['a rather long password'] }),
    email: Type.Optional(Type.String({ examples: [] })),
  }),
  start: acceptInvitation,
})

export const invitationRoutes: Route[] = [
  accept,
  listRoute(invitations),
  newRoute(
    invitationRecords,
    {
      create:
        'Sends an e-mail with a link that works once, within seven days. The response contains the `link`, which is shown only once, to be sent in another way. The caller needs every permission of the role.',
    },
    { created: InvitationWithLink, needsRecentSignIn: true, records: ['user_invited'] },
  ),
  showRoute(invitations),
  endRoute(invitationRecords, { end: 'The link of the invitation ends.' }, { needsRecentSignIn: true }),
  resend,
]
