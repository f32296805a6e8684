import { Type } from 'typebox'
import { findByActivationToken } from '../catalogue/offers/activation-token.ts'
import type { App } from '../platform/app.ts'
import { readFlag } from '../platform/http/read-flag.ts'
import { type Context, type Route, route } from '../platform/http/route.ts'
import { notFound } from '../platform/jsonapi/errors.ts'
import type { QueryParameters } from '../platform/jsonapi/query.ts'
import { activateOffer, deactivateOffer, type GivenBuyer } from './activate-offer.ts'

const MEMBERS = ['email', 'name', 'external_user_id', 'source'] as const

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

const Done = <Status extends string>(status: Status) =>
  Type.Object({
    status: Type.Literal(status),
    warning: Type.Optional(
      Type.String({
        description: 'The external_user_id and the e-mail are those of two contacts; the id decides',
        'x-extension': true,
      }),
    ),
  })

const answerOf = ({ config }: App, status: string, warning: string | null) => ({
  status,
  ...(warning !== null && config.EXTENSIONS && { warning }),
})

const activate = route({
  kind: 'open',
  method: 'POST',
  url: '/webhooks/offers/{token}/{offer_id}/activate',
  records: ['contact_created', 'contact_updated', 'customer_created', 'offer_granted', 'other_email_given'],
  access: 'public',
  summary: 'Activate an offer that was bought elsewhere',
  description:
    'The URL is the credential. Grants the offer to the contact with this external_user_id (of this `source`, if one is given), otherwise to the contact with this e-mail, now or formerly, which is created if necessary and gets the id. The e-mail of an existing contact is not changed. The body may be form-encoded, multipart or JSON.',
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
  responses: { 200: Done('activated') },
  errors: [422, 503],
  form: true,
  flatErrors: true,
  async handler(context) {
    const { app, query, requestId } = context
    const offer = await offerOf(context)
    const emails = {
      send_offer_grant_email: flagIn(query, 'send_offer_grant_email', false),
      send_customer_welcome_email: flagIn(query, 'send_customer_welcome_email', true),
    }
    const warning = await activateOffer(app, offer, givenBuyer(context), emails, requestId)
    return { body: answerOf(app, 'activated', warning) }
  },
})

const deactivate = route({
  kind: 'open',
  method: 'POST',
  url: '/webhooks/offers/{token}/{offer_id}/deactivate',
  records: ['offer_revoked', 'purchase_deactivated'],
  access: 'public',
  summary: 'Deactivate an offer that was bought elsewhere',
  description:
    'The URL is the credential. Revokes the offer from the contact with this external_user_id (of this `source`, if one is given), otherwise from the contact with this e-mail, now or formerly. Returns an error when there is no such contact, or it does not hold the offer.',
  tag: 'grants',
  query: PersonInQuery,
  body: Person,
  responses: { 200: Done('deactivated') },
  errors: [422, 503],
  form: true,
  flatErrors: true,
  async handler(context) {
    const offer = await offerOf(context)
    const warning = await deactivateOffer(context.app, offer, givenBuyer(context), context.requestId)
    return { body: answerOf(context.app, 'deactivated', warning) }
  },
})

/** @throws ApiError 400 for what is neither true nor false: an e-mail that was meant to be declined would be sent */
function flagIn(query: QueryParameters, parameter: string, usual: boolean): boolean {
  const given = query[parameter]
  return given === undefined ? usual : readFlag(parameter, [given].flat().at(-1)!.trim().toLowerCase())
}

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
