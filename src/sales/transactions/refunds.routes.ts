import { Type } from 'typebox'
import { originOf } from '../../people/contacts/origin-of.ts'
import { Id, ignoreRelationships, readNoId } from '../../platform/http/documents.ts'
import { showOne } from '../../platform/http/resource-routes.ts'
import { type Route, route } from '../../platform/http/route.ts'
import { component } from '../../platform/jsonapi/documented.ts'
import { singleParameters, singleSchema } from '../../platform/jsonapi/schemas.ts'
import { GivenTime } from '../given-time.ts'
import type { PaymentProvider } from '../provider.ts'
import { Reference, withReferences } from '../references.ts'
import { type Charged, type MadeRefund, refundAtProvider, refundPayment } from './refund-payment.ts'
import { transactions } from './transactions.resource.ts'

const Amount = Type.Integer({ minimum: 1, maximum: 999_999_999_999 })

const NewRefund = component(
  'NewRefund',
  Type.Object({
    data: Type.Object({
      type: Type.Literal('transactions'),
      attributes: Type.Optional(
        Type.Object({
          amount_in_cents: Type.Optional(
            documented(
              Amount,
              'What is paid back, of all items in proportion. Left out, also of items: all that is left',
            ),
          ),
          items: Type.Optional(
            Type.Array(Type.Object({ order_item_id: Id, amount_in_cents: Type.Optional(Amount) }), {
              minItems: 1,
              maxItems: 50,
              examples: [],
              description: 'What is paid back of single items of the order, in the place of amount_in_cents',
            }),
          ),
          provider_reference: Reference(
            'The refund at the provider. It is recorded once: a repetition answers 200',
          ),
          refunded_at: Type.Optional(GivenTime('Left out: now')),
        }),
      ),
    }),
  }),
)

function documented(schema: typeof Amount, description: string) {
  return { ...schema, description }
}

/** `POST /v1/orders/{id}/refunds` and `POST /v1/transactions/{id}/refunds`. */
const refundRoute = (parent: Charged['parent'], provider: PaymentProvider): Route =>
  route({
    kind: 'write',
    method: 'POST',
    url: `/v1/${parent}/{id}/refunds`,
    records: ['payment_refunded', 'purchase_deactivated', 'purchase_reactivated'],
    access: 'manage:orders',
    refusesUnknown: true,
    summary: parent === 'orders' ? 'Refund an order' : 'Refund a payment',
    description:
      'Pays back a part of a payment, or all of it, and records it as a transaction with a negative amount. A connected provider pays first, and nothing changes when it refuses; otherwise the money was paid back elsewhere. A partial refund leaves access; a full one ends it, also to what cost nothing in the same order, unless the site has `refund_ends_access` off.',
    tag: 'transactions',
    shows: transactions,
    query: singleParameters(transactions),
    body: NewRefund,
    responses: { 200: singleSchema(transactions), 201: singleSchema(transactions) },
    errors: [404],
    async prepare(context) {
      const { app, caller, params, body, idempotency } = context
      readNoId(context)
      ignoreRelationships(context, [])
      const charged = { parent, id: params.id! }
      const key = idempotency && `${idempotency.caller} ${idempotency.route} ${idempotency.key}`
      return refundAtProvider(
        app,
        caller.siteIds,
        charged,
        withReferences(body.data.attributes ?? {}),
        provider,
        key ?? undefined,
      )
    },
    async handler(context) {
      const { tx, body, params, caller, scope, prepared } = context
      const { id, isNew } = await refundPayment(
        tx,
        caller.siteIds,
        { parent, id: params.id! },
        withReferences(body.data.attributes ?? {}),
        prepared as MadeRefund | null,
        originOf(context),
      )
      return {
        status: isNew ? 201 : 200,
        body: await showOne(context, transactions, id),
        ...(isNew && { headers: { location: `${scope.baseUrl}/v1/transactions/${id}` } }),
      }
    },
  })

export const refundRoutes = (provider: PaymentProvider): Route[] => [
  refundRoute('orders', provider),
  refundRoute('transactions', provider),
]
