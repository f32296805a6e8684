import { Type } from 'typebox'
import { originOf } from '../../people/contacts/origin-of.ts'
import { ignoreRelationships, LinkageToOne, readNoId } from '../../platform/http/documents.ts'
import { showOne } from '../../platform/http/resource-routes.ts'
import { type Route, route } from '../../platform/http/route.ts'
import { SiteRelationship, siteOf } from '../../platform/http/site-of.ts'
import { component } from '../../platform/jsonapi/documented.ts'
import { singleParameters, singleSchema } from '../../platform/jsonapi/schemas.ts'
import { createOrder } from './create-order.ts'
import { NewOrderAttributes } from './new-order.ts'
import { orders } from './orders.resource.ts'

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
  kind: 'write',
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
  summary: 'Record an order',
  description:
    'Records a sale that was made elsewhere, and gives access: customer, order, items, purchases and payment in one transaction. The same `provider` and `provider_reference` again are the same sale, which is returned (200) and not recorded twice. The items are priced as their offers are, unless they say otherwise; offers of subscriptions and payment plans start one. The site is optional for accounts with a single site.',
  tag: 'orders',
  shows: orders,
  query: singleParameters(orders),
  body: NewOrder,
  responses: { 200: singleSchema(orders), 201: singleSchema(orders) },
  errors: [404],
  async handler(context) {
    const { tx, body, scope } = context
    readNoId(context)
    ignoreRelationships(context, ['site', 'customer', 'contact'])
    const { attributes, relationships } = body.data
    const customer = {
      customerId: relationships?.customer?.data.id,
      contactId: relationships?.contact?.data.id,
    }
    const siteId = siteOf(context)
    const { id, isNew } = await createOrder(
      tx,
      siteId,
      attributes,
      customer,
      body.meta ?? {},
      originOf(context),
    )
    return {
      status: isNew ? 201 : 200,
      body: await showOne(context, orders, id),
      ...(isNew && { headers: { location: `${scope.baseUrl}/v1/orders/${id}` } }),
    }
  },
})

export const orderRoutes: Route[] = [create]
