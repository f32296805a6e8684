import { Type } from 'typebox'
import { type Answer, type Route, route, type WriteContext } from '../../platform/http/route.ts'
import { badRequest } from '../../platform/jsonapi/errors.ts'
import { NullableTime } from '../../platform/jsonapi/nullable.ts'
import type { QueryParameters } from '../../platform/jsonapi/query.ts'
import { activationUrls, KEEP_OLD_HOURS, MOST_KEEP_OLD_HOURS, parseKeepOldHours } from './activation-token.ts'

const Urls = Type.Object({
  data: Type.Object({
    type: Type.Literal('activation_urls'),
    id: Type.String({ description: 'Id of the offer' }),
    attributes: Type.Object({
      activate_url: Type.Optional(Type.String()),
      deactivate_url: Type.Optional(Type.String()),
      previous_valid_until: NullableTime({
        description: 'Until when URLs that were replaced are valid; null: none is',
      }),
    }),
  }),
})

const show = route({
  kind: 'write',
  method: 'GET',
  url: '/v1/offers/{id}/activation_url',
  access: 'manage:grants',
  summary: 'Show the activation URLs of an offer',
  description:
    'For shops that call a URL after a payment. The URLs are created on first request. They are secrets: anyone who knows one can grant or revoke the offer.',
  tag: 'offers',
  responses: { 200: Urls },
  handler: (context) => urlsOf(context),
})

const rotate = route({
  kind: 'write',
  method: 'POST',
  url: '/v1/offers/{id}/activation_url/rotate',
  access: 'manage:grants',
  summary: 'Replace the activation URLs of an offer',
  description:
    'The previous URLs stay valid for `keep_old_valid_for_hours`, and the offer shows until when. A repeated request with the same Idempotency-Key does not return the new URLs again.',
  tag: 'offers',
  query: Type.Object({
    keep_old_valid_for_hours: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: MOST_KEEP_OLD_HOURS,
        default: KEEP_OLD_HOURS,
        description: 'Hours for which the previous URLs stay valid; 0: all earlier URLs end now',
      }),
    ),
  }),
  responses: { 200: Urls },
  errors: [400],
  handler: (context) => urlsOf(context, hoursIn(context.query)),
})

function hoursIn({ keep_old_valid_for_hours: given = String(KEEP_OLD_HOURS) }: QueryParameters): number {
  try {
    return parseKeepOldHours(String(given))
  } catch (error) {
    const parameter = 'keep_old_valid_for_hours'
    throw badRequest('invalid_parameter', `${parameter} ${(error as Error).message}.`, { parameter })
  }
}

async function urlsOf({ app, tx, params, scope }: WriteContext, keepOldHours?: number): Promise<Answer> {
  const id = params.id!
  const { previous_valid_until, ...urls } = await activationUrls(app, tx, scope, id, keepOldHours)
  return {
    body: { data: { type: 'activation_urls', id, attributes: { previous_valid_until } } },
    shownOnce: urls,
    headers: { 'cache-control': 'no-store' },
  }
}

export const activationUrlRoutes: Route[] = [show, rotate]
