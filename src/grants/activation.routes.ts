import { Type } from 'typebox'
import { findByActivationToken } from '../catalogue/offers/activation-token.ts'
import { type Context, type Route, route } from '../platform/http/route.ts'
import { notFound } from '../platform/jsonapi/errors.ts'
import { activateOffer, deactivateOffer } from './activate-offer.ts'

const Person = Type.Object({
  email: Type.Optional(Type.String()),
  name: Type.Optional(Type.String()),
  external_user_id: Type.Optional(Type.String()),
})

const activate = route({
  kind: 'open',
  method: 'POST',
  url: '/webhooks/offers/{token}/{offer_id}/activate',
  access: 'public',
  summary: 'Activate an offer that was bought elsewhere',
  description:
    'The URL is the credential. Grants the offer to the customer with this external_user_id, otherwise to the contact with this e-mail, which is created if necessary. The e-mail of an existing contact is not changed. The body may be form-encoded, multipart or JSON.',
  tag: 'grants',
  query: Type.Object({
    send_offer_grant_email: Type.Optional(
      Type.Boolean({ description: 'true: a confirmation e-mail is sent', default: false }),
    ),
  }),
  body: Person,
  responses: { 200: Type.Object({ status: Type.Literal('activated') }) },
  errors: [422, 503],
  form: true,
  flatErrors: true,
  async handler(context) {
    const { app, query, requestId } = context
    const offer = await offerOf(context)
    const isConfirmed = query.send_offer_grant_email === 'true'
    await activateOffer(app, offer, context.body ?? {}, isConfirmed, requestId)
    return { body: { status: 'activated' } }
  },
})

const deactivate = route({
  kind: 'open',
  method: 'POST',
  url: '/webhooks/offers/{token}/{offer_id}/deactivate',
  access: 'public',
  summary: 'Deactivate an offer that was bought elsewhere',
  description:
    'The URL is the credential. Revokes the offer from the customer with this external_user_id, otherwise from the contact with this e-mail. Returns an error when there is no such contact, or it does not hold the offer.',
  tag: 'grants',
  body: Person,
  responses: { 200: Type.Object({ status: Type.Literal('deactivated') }) },
  errors: [422, 503],
  form: true,
  flatErrors: true,
  async handler(context) {
    const offer = await offerOf(context)
    await deactivateOffer(context.app, offer, context.body ?? {}, context.requestId)
    return { body: { status: 'deactivated' } }
  },
})

async function offerOf({ app, params }: Context) {
  const offer = await findByActivationToken(app, params.token!, params.offer_id!)
  if (offer) return offer
  throw notFound('There is no offer at this URL. The activation URLs may have been replaced.')
}

export const activationRoutes: Route[] = [activate, deactivate]
