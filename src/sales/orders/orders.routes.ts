import { type Static, Type } from 'typebox'
import { originOf } from '../../people/contacts/origin-of.ts'
import { ignoreRelationships, LinkageToOne, readNoId } from '../../platform/http/documents.ts'
import { showEach } from '../../platform/http/resource-routes.ts'
import { type Route, route, type WriteContext } from '../../platform/http/route.ts'
import { eachOf, orRefusal } from '../../platform/http/shared-writes.ts'
import { SiteRelationship, siteOf } from '../../platform/http/site-of.ts'
import { component } from '../../platform/jsonapi/documented.ts'
import { ApiError } from '../../platform/jsonapi/errors.ts'
import { singleParameters, singleSchema } from '../../platform/jsonapi/schemas.ts'
import { withReferences } from '../references.ts'
import { createOrders, type GivenOrder } from './create-orders.ts'
import { NewOrderAttributes } from './new-order.ts'
import { orders as resource } from './orders.resource.ts'

/** In the place of the e-mail, which the example has. */
const Buyer = <T extends string>(type: T) => Type.Object(LinkageToOne(type).properties, { examples: [] })

const NewOrder = component(
  'NewOrder',
  Type.Object({
    data: Type.Object({
      type: Type.Literal('orders'),
      attributes: NewOrderAttributes,
      relationships: Type.Optional(
        Type.Object({
          ...SiteRelationship.properties,
          customer: Type.Optional(Buyer('customers')),
          contact: Type.Optional(Buyer('contacts')),
        }),
      ),
    }),
    meta: Type.Optional(
      Type.Object({
        send_customer_welcome_email: Type.Optional(
          Type.Boolean({
            default: true,
            description: 'false: no welcome e-mail is sent when the contact becomes a customer',
          }),
        ),
      }),
    ),
  }),
)

const create = route({
  kind: 'shared',
  method: 'POST',
  url: '/v1/orders',
  records: [
    'contact_created',
    'customer_created',
    'offer_purchased',
    'payment_succeeded',
    'order_created',
    'purchase_deactivated',
  ],
  access: 'manage:orders',
  refusesUnknown: true,
  summary: 'Record an order',
  description:
    'Records a sale that was made elsewhere, and gives access: customer, order, items, purchases and payment in one transaction. The same `provider` and `provider_reference` again are the same sale, which is returned (200) and not recorded twice. The items are priced as their offers are, unless they say otherwise; offers of subscriptions and payment plans start one. The site is optional for accounts with a single site.',
  tag: 'orders',
  shows: resource,
  query: singleParameters(resource),
  body: NewOrder,
  responses: { 200: singleSchema(resource), 201: singleSchema(resource) },
  errors: [404],
  keysOf({ body }) {
    const { provider_reference, payment_reference } = body.data.attributes
    return [
      ...(provider_reference === undefined ? [] : [`order ${provider_reference.trim()}`]),
      ...(payment_reference === undefined ? [] : [`payment ${payment_reference.trim()}`]),
    ]
  },
  async handler(contexts) {
    const { tx } = contexts[0]!
    const given = contexts.map((context) => orRefusal(() => readOrder(context)))
    const created = await eachOf(given, (orders) => createOrders(tx, orders))
    const shown = contexts.filter((_, index) => !(created[index] instanceof ApiError))
    return eachOf(created, async (orders) => {
      const ids = orders.map(({ id }) => id)
      const bodies = await showEach(shown, resource, ids)
      return orders.map(({ id, isNew, unknownCodes }, index) => {
        const { warn, scope } = shown[index]!
        for (const code of unknownCodes)
          warn(`The site has no coupon ${code}. The code is kept, and counts as no use of a coupon.`)
        return {
          status: isNew ? 201 : 200,
          body: bodies[index]!,
          ...(isNew && { headers: { location: `${scope.baseUrl}/v1/orders/${id}` } }),
        }
      })
    })
  },
})

function readOrder(context: WriteContext<Static<typeof NewOrder>>): GivenOrder {
  readNoId(context)
  ignoreRelationships(context, ['site', 'customer', 'contact'])
  const { attributes, relationships } = context.body.data
  return {
    siteId: siteOf(context),
    values: withReferences(attributes),
    customer: {
      customerId: relationships?.customer?.data.id,
      contactId: relationships?.contact?.data.id,
    },
    options: context.body.meta ?? {},
    origin: originOf(context),
  }
}

export const orderRoutes: Route[] = [create]
