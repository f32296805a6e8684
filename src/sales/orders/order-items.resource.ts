import { sql } from 'kysely'
import {
  bigInteger,
  extension,
  integer,
  LIST_INDEX,
  nullableTimestamp,
  related,
  text,
  timestamp,
  toOne,
} from '../../platform/jsonapi/field-types.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'
import { keptTotal, ofOffer } from '../kept-counts.ts'
import {
  currencyCodeAttribute,
  fulfilledFilter,
  orderComparisons,
  PRICE_EXAMPLES,
  priceAttributes,
} from '../price-attributes.ts'

/** Nothing else is sold. */
const ITEM_TYPE = sql`'Offer'::text`

export const orderItems = defineResource({
  type: 'order_items',
  singular: 'order item',
  permittedWith: 'orders',
  isManaged: false,
  description:
    'One line of an order: an offer, with the title that it had when it was sold. The amounts of the items add up to those of the order.',
  from: sql`order_items r`,
  listed: LIST_INDEX,
  total: keptTotal('order_items'),
  attributes: {
    quantity: integer(),
    currency_code: currencyCodeAttribute,
    item_type: text(ITEM_TYPE),
    item_id: bigInteger(sql`r.offer_id`),
    title: text(),
    fulfilled_at: nullableTimestamp(),
    created_at: timestamp(),
    ...priceAttributes,
    updated_at: extension(timestamp()),
  },
  relationships: {
    site: toOne('sites', sql`r.site_id`),
    order: toOne('orders', sql`r.order_id`),
    customer: toOne('customers', sql`r.customer_id`),
    offer: toOne('offers', sql`r.offer_id`),
  },
  filters: {
    order_id: { ...related(sql`r.order_id`, 'orders', 'Items of this order'), extension: true },
    offer_id: ofOffer('order_items', 'Items of this offer'),
    customer_id: { ...related(sql`r.customer_id`, 'customers', 'Items of this customer'), extension: true },
    ...orderComparisons({
      item_type: ['text', ITEM_TYPE],
      item_id: ['number', sql`r.offer_id`],
      quantity: 'number',
      title: 'text',
    }),
    ...fulfilledFilter('order_items'),
  },
  sorts: {
    quantity: sql`r.quantity`,
    fulfilled_at: sql`r.fulfilled_at`,
    total_price_in_cents: sql`r.total`,
  },
  defaultSort: '-created_at',
  examples: {
    ...PRICE_EXAMPLES,
    quantity: 1,
    item_type: 'Offer',
    item_id: 42,
  },
})
