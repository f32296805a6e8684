import { sql } from 'kysely'
import { Type } from 'typebox'
import {
  bigInteger,
  boolean,
  extension,
  integer,
  LIST_INDEX,
  nullableInteger,
  nullableText,
  nullableTimestamp,
  parseBoolean,
  parseChoice,
  personal,
  related,
  text,
  timestamp,
  toMany,
  toOne,
} from '../../platform/jsonapi/field-types.ts'
import { documentedComparisons } from '../../platform/jsonapi/operators.ts'
import { defineResource, type FilterSql, type Scope } from '../../platform/jsonapi/resource.ts'
import { dateRange } from '../date-range.ts'
import { countedRare, keptTotal, ofOffer } from '../kept-counts.ts'
import { byNameOrEmail, ofContact } from '../of-contact.ts'
import { PAYMENT_TYPES } from '../states.ts'
import { blocksOfPurchase, PurchaseBlockSchema } from './purchase-blocks.ts'
import { hasStatus, PURCHASE_STATUSES, paymentsMade, purchaseStatus } from './purchase-status.ts'

/** An end may be planned: until then the purchase is active. */
const isActive = ({ now }: Scope) => sql`(r.deactivated_at is null or r.deactivated_at > ${now})`
const isDeactivated = ({ now }: Scope) => sql`r.deactivated_at <= ${now}`

const hasAccess = (active: boolean, scope: Scope): FilterSql => ({
  where: active ? isActive(scope) : isDeactivated(scope),
  ...countedRare('purchases', isDeactivated, !active),
})

/** Single payments are most, and what is left of all; the other types have an index. */
function ofPaymentType(type: string): FilterSql {
  const others = sql`r.payment_type <> 'single'`
  if (type === 'single')
    return { where: sql`r.payment_type = 'single'`, ...countedRare('purchases', () => others, false) }
  const isType = sql`r.payment_type = ${type} and ${others}`
  return { where: isType, ...countedRare('purchases', () => isType, true) }
}

const OPERATORS = [
  ...['eq', 'cont', 'not_eq', 'not_cont', 'gt', 'gte', 'gteq', 'lt', 'lte', 'lteq', 'start', 'end'],
  ...['in', 'not_in'],
]

export const purchases = defineResource({
  type: 'purchases',
  singular: 'purchase',
  description:
    'An offer that a customer bought. `amount_in_cents` is the price of each regular payment with tax, in the smallest unit of the currency. It gives access until `deactivated_at`, which may lie in the future.',
  from: sql`purchases r left join subscriptions u on u.purchase_id = r.id and u.site_id = r.site_id`,
  listed: LIST_INDEX,
  total: keptTotal('purchases'),
  attributes: {
    amount_in_cents: bigInteger(sql`r.amount`),
    payment_type: text(),
    multipay_payments_made: nullableInteger(paymentsMade),
    opt_in: boolean(),
    raw_extra_contact_information: {
      schema: Type.Record(Type.String(), Type.Any()),
      select: sql`r.extra`,
    },
    currency: text(),
    effective_start_at: nullableTimestamp(),
    cardholder_name: personal(nullableText()),
    billing_address_zip: personal(nullableText()),
    deactivated_at: nullableTimestamp(),
    deactivation_reason: nullableText(),
    coupon_code: nullableText(),
    source: nullableText(),
    referrer: nullableText(),
    quantity: integer(),
    created_at: timestamp(),
    updated_at: timestamp(),
    // In days.
    trial: nullableInteger(sql`round(extract(epoch from u.trial_ends_at - u.started_at) / 86400)::integer`),
    trial_end_at: nullableTimestamp(sql`u.trial_ends_at`),
    payment_plan_total_payments: nullableInteger(sql`u.payments_total`),
    status: text(purchaseStatus),
    // Of a subscription: when the period that is paid for ends, and when the subscription will.
    current_period_end_at: extension(nullableTimestamp(sql`u.period_end`)),
    cancel_at: extension(nullableTimestamp(sql`u.cancel_at`)),
    interval: extension(nullableText(sql`u.interval`)),
    interval_count: extension(nullableInteger(sql`u.interval_count`)),
    // A connected provider charges the subscription, and is asked first when it is cancelled.
    through_provider_account: extension(boolean(sql`u.provider_account_id is not null`)),
    // What ends access or will, and what was waived.
    blocks: extension({ schema: Type.Array(PurchaseBlockSchema), select: blocksOfPurchase }),
    test: extension(boolean(sql`r.is_test`)),
  },
  relationships: {
    site: toOne('sites', sql`r.site_id`),
    offer: toOne('offers', sql`r.offer_id`),
    customer: toOne('customers', sql`r.customer_id`),
    transactions: toMany(
      'transactions',
      (purchaseIds, { siteIds }) => sql`
        select tp.purchase_id as owner_id, t.id
          from transaction_purchases tp
          join transactions t on t.id = tp.transaction_id and t.site_id = tp.site_id
         where tp.site_id = any (${siteIds}::bigint[]) and tp.purchase_id = any (${purchaseIds}::bigint[])
         order by t.occurred_at, t.id`,
      { linkage: 'always' },
    ),
    products: toMany(
      'products',
      (purchaseIds, { siteIds }) => sql`
        select p.id as owner_id, op.product_id as id
          from purchases p join offer_products op on op.offer_id = p.offer_id and op.site_id = p.site_id
         where p.site_id = any (${siteIds}::bigint[]) and p.id = any (${purchaseIds}::bigint[])
         order by op.position, op.product_id`,
      { linkage: 'always' },
    ),
    order: toOne('orders', sql`r.order_id`),
  },
  filters: {
    active: {
      description: 'true: those that give access now, also until a planned end; false: those that do not',
      build: (value, scope) => hasAccess(parseBoolean(value), scope),
    },
    deactivated: {
      description: 'The reverse of filter[active]',
      build: (value, scope) => hasAccess(!parseBoolean(value), scope),
    },
    referrer: {
      description: 'The same as filter[referrer_eq]',
      build: (value) => ({ where: sql`r.referrer = ${value}` }),
    },
    customer_id: related(sql`r.customer_id`, 'customers', 'Purchases of this customer'),
    contact_id: ofContact(sql`r.customer_id`, 'Purchases'),
    offer_id: ofOffer('purchases', 'Purchases of this offer'),
    order_id: { ...related(sql`r.order_id`, 'orders', 'Purchases of this order'), extension: true },
    payment_type: {
      description: PAYMENT_TYPES.join(', '),
      extension: true,
      build: (value) => ofPaymentType(parseChoice(value, PAYMENT_TYPES)),
    },
    status: {
      description: PURCHASE_STATUSES.join(', '),
      extension: true,
      build: (value) => hasStatus(parseChoice(value, PURCHASE_STATUSES)),
    },
    ...documentedComparisons(
      {
        amount_in_cents: ['number', sql`r.amount`],
        multipay_payments_made: ['number', paymentsMade],
        opt_in: 'flag',
        currency: 'text',
        effective_start_at: 'time',
        cardholder_name: 'text',
        billing_address_zip: 'text',
        deactivated_at: 'time',
        deactivation_reason: 'text',
        coupon_code: 'text',
        source: 'text',
        referrer: 'text',
        quantity: 'number',
        created_at: 'time',
        updated_at: 'time',
      },
      OPERATORS,
    ),
  },
  lookedUpFilters: {
    ...dateRange(sql`r.created_at`, 'Created'),
    name_or_email: { ...byNameOrEmail('purchases'), extension: true },
  },
  sorts: {
    amount_in_cents: sql`r.amount`,
    multipay_payments_made: paymentsMade,
    opt_in: sql`r.opt_in`,
    currency: sql`r.currency`,
    effective_start_at: sql`r.effective_start_at`,
    cardholder_name: sql`r.cardholder_name`,
    billing_address_zip: sql`r.billing_address_zip`,
    deactivated_at: sql`r.deactivated_at`,
    deactivation_reason: sql`r.deactivation_reason`,
    coupon_code: sql`r.coupon_code`,
    source: sql`r.source`,
    referrer: sql`r.referrer`,
    quantity: sql`r.quantity`,
  },
  defaultSort: '-created_at',
  examples: {
    amount_in_cents: 4900,
    multipay_payments_made: null,
    opt_in: false,
    raw_extra_contact_information: {},
    cardholder_name: 'Grace Hopper',
    billing_address_zip: '10001',
    deactivated_at: null,
    coupon_code: null,
    source: 'stripe',
    referrer: null,
    quantity: 1,
    trial: null,
    trial_end_at: null,
    payment_plan_total_payments: null,
    status: 'paid',
    current_period_end_at: null,
    cancel_at: null,
    interval: null,
    interval_count: null,
    through_provider_account: false,
    blocks: [],
  },
  nearMisses: [
    [
      /^\/(?:v1\/)?(?:offer_purchases|subscriptions)(\/.*)?$/,
      'Purchases, subscriptions among them, are at /v1/purchases; of one type: filter[payment_type]=subscription.',
    ],
  ],
})
