import { Type } from 'typebox'
import { originOf } from '../../people/contacts/origin-of.ts'
import { Attributes } from '../../platform/http/documents.ts'
import { dryRunParameter } from '../../platform/http/dry-run.ts'
import { type Route, route } from '../../platform/http/route.ts'
import { SiteRelationship, siteOf } from '../../platform/http/site-of.ts'
import { isObject } from '../../platform/jsonapi/is-object.ts'
import { invalidAttribute } from '../../platform/jsonapi/read-attributes.ts'
import { countWaiting, inviteMembers, MOST_INVITED } from './invite-members.ts'

/** Of those who were invited, the answer shows so many. */
const MOST_SHOWN = 20

/** `POST /v1/members/invitations` */
export const inviteRoute: Route = route({
  kind: 'write',
  method: 'POST',
  url: '/v1/members/invitations',
  records: ['welcome_email_requested'],
  access: 'manage:emails',
  extraPermissions: ['view:contacts'],
  refusesUnknown: true,
  summary: 'Invite members who have never signed in',
  description:
    'Sends the welcome e-mail, with a link to sign in for the first time, to customers who hold an offer, have never signed in and were never invited: at most `limit` of them, in the order of their ids. Repeat the request until `meta.remaining` is 0. Nobody is invited twice, unless `again` is true: then also who was invited more than 24 hours ago. With `?dry_run=true` in the query nobody is, and `meta` says who would be. Unknown members of the body are 422, since e-mails cannot be undone. Also requires `view:contacts`.',
  tag: 'emails',
  errors: [404],
  dryRuns: {},
  query: Type.Object({ ...dryRunParameter }),
  body: Type.Object({
    data: Type.Object({
      type: Type.Literal('member_invitations'),
      attributes: Attributes(
        Type.Object({
          filter: Type.Optional(
            Type.Record(Type.String(), Type.Unknown(), {
              examples: [],
              description:
                'Only contacts that match. Names and values as in `filter[…]` of `GET /v1/contacts`, such as `has_offer_id` and `segment_id`',
            }),
          ),
          again: Type.Optional(Type.Boolean({ default: false, description: 'Also who was invited before' })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST_INVITED, default: 500 })),
        }),
      ),
      relationships: Type.Optional(SiteRelationship),
    }),
  }),
  responses: {
    200: Type.Object({
      meta: Type.Object({
        dry_run: Type.Boolean(),
        invited: Type.Integer({ description: 'How many were invited, or would be' }),
        remaining: Type.Integer({ description: 'How many are left' }),
        members: Type.Array(
          Type.Object({
            contact_id: Type.String(),
            customer_id: Type.String(),
            name: Type.String(),
            email: Type.String(),
          }),
          { description: `The first ${MOST_SHOWN} of them` },
        ),
      }),
    }),
  },
  async handler(context) {
    const { tx, body, scope, isDryRun } = context
    const { filter, again, limit } = readWish(body.data.attributes)
    const wish = { siteId: siteOf(context), filter, again }
    const invited = await inviteMembers(tx, wish, limit, scope, originOf(context))
    const remaining = await countWaiting(tx, wish, scope, scope.now)
    return {
      body: {
        meta: {
          dry_run: isDryRun,
          invited: invited.length,
          remaining,
          members: invited.slice(0, MOST_SHOWN),
        },
      },
    }
  },
})

/** @throws ApiError 422 that points at the attribute */
function readWish({ filter = null, again = false, limit = 500 }: Record<string, unknown>) {
  if (filter !== null && !isObject(filter)) throw invalid('filter', 'must be an object of filters')
  if (typeof again !== 'boolean') throw invalid('again', 'must be true or false')
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > MOST_INVITED)
    throw invalid('limit', `must be a whole number from 1 to ${MOST_INVITED}`)
  return { filter, again, limit }
}

const invalid = (name: string, problem: string) => invalidAttribute(name, 'invalid', problem)
