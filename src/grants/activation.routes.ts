import { Type } from 'typebox'
import { findByActivationToken } from '../catalogue/offers/activation-token.ts'
import { type Context, type Route, route } from '../platform/http/route.ts'
import { notFound } from '../platform/jsonapi/errors.ts'
import { activateOffer, deactivateOffer, type GivenBuyer } from './activate-offer.ts'

const MEMBERS = ['email', 'name', 'external_user_id'] as const

const person = Object.fromEntries(MEMBERS.map((name) => [name, Type.Optional(Type.String())]))

const Person = Type.Object(person)

/** For shops that can only call a URL. */
const PersonInQuery = Type.Object(
  Object.fromEntries(
    MEMBERS.map((name) => [
      name,
      Type.Optional(Type.String({ description: 'The same as in the body, which comes first' })),
    ]),
  ),
)

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
    send_customer_welcome_email: Type.Optional(
      Type.Boolean({
        description: 'false: no welcome e-mail is sent when the contact becomes a customer',
        default: true,
      }),
    ),
    ...PersonInQuery.properties,
  }),
  body: Person,
  responses: { 200: Type.Object({ status: Type.Literal('activated') }) },
  errors: [422, 503],
  form: true,
  flatErrors: true,
  async handler(context) {
    const { app, query, requestId } = context
    const offer = await offerOf(context)
    const emails = {
      send_offer_grant_email: query.send_offer_grant_email === 'true',
      send_customer_welcome_email: query.send_customer_welcome_email !== 'false',
    }
    await activateOffer(app, offer, givenBuyer(context), emails, requestId)
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
  query: PersonInQuery,
  body: Person,
  responses: { 200: Type.Object({ status: Type.Literal('deactivated') }) },
  errors: [422, 503],
  form: true,
  flatErrors: true,
  async handler(context) {
    const offer = await offerOf(context)
    await deactivateOffer(context.app, offer, givenBuyer(context), context.requestId)
    return { body: { status: 'deactivated' } }
  },
})

/** The fields of the query string, and those of the body before them. */
function givenBuyer({ query, body }: Context<unknown>): GivenBuyer {
  const fields = (body ?? {}) as Record<string, string>
  return Object.fromEntries(
    MEMBERS.flatMap((name) => {
      const value = fields[name] ?? query[name]
      return value === undefined ? [] : [[name, [value].flat().at(-1)!]]
    }),
  )
}

async function offerOf({ app, params }: Context) {
  const offer = await findByActivationToken(app, params.token!, params.offer_id!)
  if (offer) return offer
  throw notFound('There is no offer at this URL. The activation URLs may have been replaced.')
}

export const activationRoutes: Route[] = [activate, deactivate]
