import { Type } from 'typebox'
import { type Answer, type Route, route, type WriteContext } from '../../platform/http/route.ts'
import { activationToken } from './activation-token.ts'

const Urls = Type.Object({
  data: Type.Object({
    type: Type.Literal('activation_urls'),
    id: Type.String({ description: 'Id of the offer' }),
    attributes: Type.Partial(Type.Object({ activate_url: Type.String(), deactivate_url: Type.String() })),
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
  handler: (context) => urlsOf(context, false),
})

const rotate = route({
  kind: 'write',
  method: 'POST',
  url: '/v1/offers/{id}/activation_url/rotate',
  access: 'manage:grants',
  summary: 'Replace the activation URLs of an offer',
  description:
    'The previous URLs stop working at once. A repeated request with the same Idempotency-Key does not return the new URLs again.',
  tag: 'offers',
  responses: { 200: Urls },
  handler: (context) => urlsOf(context, true),
})

async function urlsOf({ app, tx, caller, params, scope }: WriteContext, isRotated: boolean): Promise<Answer> {
  const id = params.id!
  const token = await activationToken(app, tx, caller.siteIds, id, isRotated)
  const url = `${scope.baseUrl}/webhooks/offers/${token}/${id}`
  return {
    body: { data: { type: 'activation_urls', id, attributes: {} } },
    shownOnce: { activate_url: `${url}/activate`, deactivate_url: `${url}/deactivate` },
    headers: { 'cache-control': 'no-store' },
  }
}

export const activationUrlRoutes: Route[] = [show, rotate]
