import { Type } from 'typebox'
import { originOf } from '../../people/contacts/origin-of.ts'
import { readChanges } from '../../platform/http/changes.ts'
import {
  Attributes,
  Id,
  ignoredAttribute,
  ignoreRelationships,
  readNoId,
} from '../../platform/http/documents.ts'
import { showOne } from '../../platform/http/resource-routes.ts'
import { type Route, route, type WriteContext } from '../../platform/http/route.ts'
import { component } from '../../platform/jsonapi/documented.ts'
import { NullableText, NullableTime } from '../../platform/jsonapi/nullable.ts'
import { singleParameters, singleSchema } from '../../platform/jsonapi/schemas.ts'
import { GivenTime, invalidTime, readEnd } from '../given-time.ts'
import type { PaymentProvider } from '../provider.ts'
import { Reference, withReferences } from '../references.ts'
import { cancelAtProvider, cancelSubscription } from '../subscriptions/cancel-subscription.ts'
import { failPayment, renewPurchase } from '../subscriptions/renew-purchase.ts'
import { transactions } from '../transactions/transactions.resource.ts'
import { deactivatePurchase, reactivatePurchase } from './deactivate-purchase.ts'
import { type LockedPurchase, lockPurchase } from './lock-purchase.ts'
import { purchases } from './purchases.resource.ts'

const PERMISSION = 'manage:purchases'

const lock = ({ tx, params, caller }: WriteContext) => lockPurchase(tx, caller.siteIds, params.id!)

/** A route that changes one purchase, without a body, and shows it. */
const actionRoute = (
  action: string,
  texts: Pick<Route, 'summary' | 'description' | 'errors' | 'records'>,
  change: (context: WriteContext, purchase: LockedPurchase) => Promise<void>,
  prepare?: Extract<Route, { kind: 'write' }>['prepare'],
): Route =>
  route({
    kind: 'write',
    method: 'POST',
    url: `/v1/purchases/{id}/${action}`,
    access: PERMISSION,
    refusesUnknown: true,
    ...texts,
    tag: 'purchases',
    shows: purchases,
    query: singleParameters(purchases),
    responses: { 200: singleSchema(purchases) },
    ...(prepare && { prepare }),
    async handler(context) {
      const purchase = await lock(context)
      await change(context, purchase)
      return { body: await showOne(context, purchases, purchase.id) }
    },
  })

const deactivate = actionRoute(
  'deactivate',
  {
    summary: 'Deactivate a purchase',
    records: ['purchase_deactivated'],
    description:
      'Ends access by this purchase now; its subscription goes on, see `cancel_subscription`. What the customer holds by a grant or by another purchase stays. Repeated, it changes nothing; `PATCH /v1/purchases/{id}` sets another time.',
  },
  (context, purchase) => deactivatePurchase(context.tx, purchase, null, originOf(context)),
)

const reactivate = actionRoute(
  'reactivate',
  {
    summary: 'Reactivate a purchase',
    records: ['purchase_reactivated'],
    description:
      'Gives access again, whatever has ended it: the facts of now are waived, and a later refund, dispute or failed payment ends access again. An end that was set for later stays; while the purchase gives access, that end is removed. A subscription that has ended is not charged again.',
  },
  (context, purchase) => reactivatePurchase(context.tx, purchase, originOf(context)),
)

const cancel = (provider: PaymentProvider) =>
  actionRoute(
    'cancel_subscription',
    {
      summary: 'Cancel the subscription of a purchase',
      records: ['subscription_canceled', 'purchase_deactivated'],
      description:
        'Ends the subscription or payment plan now, at a connected provider first, and access with it. Nothing is paid back. 422 when the purchase has no subscription, or the provider refuses: then nothing has changed.',
      errors: [422],
    },
    (context, purchase) => cancelSubscription(context.tx, purchase, originOf(context)),
    ({ app, caller, params }) => cancelAtProvider(app, caller.siteIds, params.id!, provider),
  )

const ChangedPurchase = component(
  'ChangedPurchase',
  Type.Object({
    data: Type.Object({
      type: Type.Literal('purchases'),
      id: Type.Optional(Id),
      attributes: Type.Optional(
        Attributes(
          Type.Object({
            deactivated_at: Type.Optional(
              NullableTime({
                description:
                  'When access ends: a day without a time ends with it in the time zone of the site. Null: access goes on, and an end that was set is removed',
                examples: ['2099-12-31T00:00:00.000Z'],
              }),
            ),
          }),
        ),
      ),
    }),
  }),
)

const update = route({
  kind: 'write',
  method: 'PATCH',
  url: '/v1/purchases/{id}',
  records: ['purchase_deactivated', 'purchase_reactivated'],
  access: PERMISSION,
  summary: 'Set the end of a purchase',
  description:
    'Sets when access by this purchase ends, which may be later: until then it is active. Billing goes on. Null gives access again, as `reactivate` does, and removes an end that was set for later.',
  tag: 'purchases',
  shows: purchases,
  query: singleParameters(purchases),
  body: ChangedPurchase,
  responses: { 200: singleSchema(purchases) },
  async handler(context) {
    const { tx, scope, ignore } = context
    const purchase = await lock(context)
    const { deactivated_at: given, ...others } = (await readChanges(context, purchases)).attributes
    ignore(Object.keys(others).map(ignoredAttribute))
    if (given === null) await reactivatePurchase(tx, purchase, originOf(context), 'whole')
    else if (given !== undefined)
      await deactivatePurchase(tx, purchase, readNewEnd(purchase, given, scope.now), originOf(context))
    return { body: await showOne(context, purchases, purchase.id) }
  },
})

function readNewEnd({ time_zone }: LockedPurchase, given: unknown, now: Date): Date {
  if (typeof given !== 'string') throw invalidTime('deactivated_at', 'must be a time or null')
  const time = readEnd(given, 'deactivated_at', time_zone)
  if (time >= now) return time
  throw invalidTime('deactivated_at', 'must not be in the past. To end access now, deactivate the purchase')
}

const payment = {
  amount_in_cents: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 999_999_999_999,
      description: 'With tax. Left out: that of the subscription',
    }),
  ),
  sales_tax_in_cents: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 999_999_999_999, examples: [0], description: 'The tax in it' }),
  ),
  provider_reference: Reference('The payment at the provider. It is recorded once: a repetition answers 200'),
  occurred_at: Type.Optional(GivenTime('Left out: now')),
}

const PaymentAttributes = Type.Object(payment)

const FailureAttributes = Type.Object({
  ...payment,
  failure: Type.Optional(NullableText({ maxLength: 1_000, description: 'Why it failed' })),
})

const paymentRoute = (
  name: 'renewals' | 'failed_payments',
  texts: Pick<Route, 'summary' | 'description' | 'records'>,
): Route =>
  route({
    kind: 'write',
    method: 'POST',
    url: `/v1/purchases/{id}/${name}`,
    access: PERMISSION,
    refusesUnknown: true,
    ...texts,
    tag: 'purchases',
    shows: transactions,
    query: singleParameters(transactions),
    body: component(
      name === 'renewals' ? 'NewRenewal' : 'NewFailedPayment',
      Type.Object({
        data: Type.Object({
          type: Type.Literal('transactions'),
          attributes: Type.Optional(
            // One that succeeded has no `failure`, which is optional.
            (name === 'renewals' ? PaymentAttributes : FailureAttributes) as typeof FailureAttributes,
          ),
        }),
      }),
    ),
    responses: { 200: singleSchema(transactions), 201: singleSchema(transactions) },
    async handler(context) {
      const { tx, body, scope } = context
      readNoId(context)
      ignoreRelationships(context, [])
      const record = name === 'renewals' ? renewPurchase : failPayment
      const purchase = await lock(context)
      const { id, isNew } = await record(
        tx,
        purchase,
        withReferences(body.data.attributes ?? {}),
        originOf(context),
      )
      return {
        status: isNew ? 201 : 200,
        body: await showOne(context, transactions, id),
        ...(isNew && { headers: { location: `${scope.baseUrl}/v1/transactions/${id}` } }),
      }
    },
  })

const renew = paymentRoute('renewals', {
  records: ['payment_succeeded', 'purchase_reactivated', 'purchase_deactivated'],
  summary: 'Record the next payment of a subscription',
  description:
    'Of a subscription or payment plan that no connected provider charges. Its period goes on, access that had ended because of failed payments returns, and the last payment of a plan completes it. A payment whose `occurred_at` is before the end of a canceled subscription is recorded, too.',
})

const fail = paymentRoute('failed_payments', {
  records: ['payment_failed', 'purchase_deactivated', 'purchase_reactivated'],
  summary: 'Record a failed payment of a subscription',
  description:
    'The subscription becomes past due. Access goes on for `payment_grace_days` of the site, counted from the first payment that failed, and returns with the next renewal.',
})

export const purchaseRoutes = (provider: PaymentProvider): Route[] => [
  update,
  deactivate,
  reactivate,
  cancel(provider),
  renew,
  fail,
]
