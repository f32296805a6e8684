import { sql } from 'kysely'
import {
  bigInteger,
  boolean,
  extension,
  LIST_INDEX,
  nullableText,
  nullableTimestamp,
  related,
  text,
  timestamp,
  toMany,
  toOne,
} from '../../platform/jsonapi/field-types.ts'
import { readId } from '../../platform/jsonapi/identifiers.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'
import { ofSites } from '../../platform/jsonapi/select-rows.ts'
import { dateRange } from '../date-range.ts'
import { countedAs, keptTotal } from '../kept-counts.ts'
import { byNameOrEmail, ofContact } from '../of-contact.ts'
import {
  currencyCodeAttribute,
  fulfilledFilter,
  orderComparisons,
  PRICE_EXAMPLES,
  priceAttributes,
} from '../price-attributes.ts'

export const orders = defineResource({
  type: 'orders',
  singular: 'order',
  description:
    'What a customer bought at once. Amounts are in the smallest unit of the currency: the total is the subtotal less the discount plus the sales tax. Renewals make no order.',
  from: sql`orders r`,
  listed: LIST_INDEX,
  total: keptTotal('orders'),
  attributes: {
    order_number: bigInteger(sql`r.number`),
    currency_code: currencyCodeAttribute,
    fulfilled_at: nullableTimestamp(),
    created_at: timestamp(),
    ...priceAttributes,
    // Where it was paid for, and its reference there.
    provider: extension(text()),
    provider_reference: extension(nullableText(sql`r.reference`)),
    ordered_at: extension(timestamp()),
    test: extension(boolean(sql`r.is_test`)),
    updated_at: extension(timestamp()),
  },
  relationships: {
    site: toOne('sites', sql`r.site_id`),
    customer: toOne('customers', sql`r.customer_id`),
    order_items: toMany(
      'order_items',
      (orderIds, { siteIds }) => sql`
        select order_id as owner_id, id from order_items
         where site_id = any (${siteIds}::bigint[]) and order_id = any (${orderIds}::bigint[])
         order by id`,
      { linkage: 'always' },
    ),
    payment_transactions: toMany(
      'transactions',
      (orderIds, { siteIds }) => sql`
        select order_id as owner_id, id from transactions
         where site_id = any (${siteIds}::bigint[]) and order_id = any (${orderIds}::bigint[])
         order by occurred_at, id`,
      { linkage: 'always' },
    ),
  },
  filters: {
    customer_id: related(sql`r.customer_id`, 'customers', 'Orders of this customer'),
    contact_id: ofContact(sql`r.customer_id`, 'Orders'),
    offer_id: {
      description: 'Orders of this offer, also together with others',
      refersTo: 'offers',
      extension: true,
      build: (value, { siteIds }) => ({
        where: sql`exists (
          select from order_items i
           where i.order_id = r.id and i.site_id = r.site_id
             and i.offer_id = ${readId(value)} and i.site_id = any (${siteIds}::bigint[]))`,
        ...countedAs(
          (scope) => sql`(
            select count(*) from (
              select distinct i.order_id from order_items i
               where i.offer_id = ${readId(value)} and ${ofSites({ site: sql`i.site_id` }, scope.siteIds)}) ordered)`,
        ),
      }),
    },
    ...orderComparisons({ order_number: ['number', sql`r.number`] }),
    ...fulfilledFilter('orders'),
  },
  lookedUpFilters: {
    ...dateRange(sql`r.created_at`, 'Created'),
    name_or_email: { ...byNameOrEmail('orders'), extension: true },
  },
  filterable: { provider: 'text', provider_reference: 'text' },
  sorts: {
    order_number: sql`r.number`,
    fulfilled_at: sql`r.fulfilled_at`,
    total_price_in_cents: sql`r.total`,
  },
  defaultSort: '-created_at',
  examples: {
    ...PRICE_EXAMPLES,
    order_number: 1,
    provider: 'stripe',
  },
  nearMisses: [
    [/^\/(?:v1\/)?(?:sales|invoices)(\/.*)?$/, 'What was bought is at /v1/orders and /v1/purchases.'],
  ],
})
