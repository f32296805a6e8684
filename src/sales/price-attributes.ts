import { sql } from 'kysely'
import { bigInteger, parseBoolean, text } from '../platform/jsonapi/field-types.ts'
import { formattedAmount, symbolOf } from '../platform/jsonapi/money-fields.ts'
import { documentedComparisons, documentedNull } from '../platform/jsonapi/operators.ts'
import type { Attribute, Filter } from '../platform/jsonapi/resource.ts'
import { mapValues } from '../platform/jsonapi/schemas.ts'
import { countedRare } from './kept-counts.ts'

const CURRENCY = sql`r.currency`

/** What orders and order items both say of their price. */
export const priceAttributes: Record<string, Attribute> = {
  total_price_in_cents: bigInteger(sql`r.total`),
  subtotal_in_cents: bigInteger(sql`r.subtotal`),
  sales_tax_amount_in_cents: bigInteger(sql`r.tax`),
  discount_amount_in_cents: bigInteger(sql`r.discount`),
  formatted_total_price: formattedAmount(sql`r.total`, CURRENCY),
  formatted_subtotal: formattedAmount(sql`r.subtotal`, CURRENCY),
  currency_symbol: symbolOf(CURRENCY),
}

/** Of these attributes, for the documentation. */
export const PRICE_EXAMPLES = {
  currency_code: 'USD',
  total_price_in_cents: 4900,
  subtotal_in_cents: 4900,
  sales_tax_amount_in_cents: 0,
  discount_amount_in_cents: 0,
  formatted_total_price: '$49.00',
  formatted_subtotal: '$49.00',
  currency_symbol: '$',
}

export const currencyCodeAttribute: Attribute = text(CURRENCY)

const OPERATORS = [
  ...['eq', 'not_eq', 'gt', 'gteq', 'gte', 'lt', 'lteq', 'lte', 'in', 'not_in'],
  ...['cont', 'not_cont', 'i_cont', 'start', 'end'],
]

/** Kajabi documents comparisons of orders and order items by examples: every attribute has each of them. */
export const orderComparisons = (
  columns: Parameters<typeof documentedComparisons>[0],
): Record<string, Filter> =>
  documentedComparisons(
    {
      ...columns,
      currency_code: ['text', CURRENCY],
      total_price_in_cents: ['number', sql`r.total`],
      subtotal_in_cents: ['number', sql`r.subtotal`],
      sales_tax_amount_in_cents: ['number', sql`r.tax`],
      discount_amount_in_cents: ['number', sql`r.discount`],
      fulfilled_at: 'time',
      created_at: 'time',
    },
    OPERATORS,
  )

/** Whether an order or an item waits for its payment. */
export const fulfilledFilter = (table: 'orders' | 'order_items'): Record<string, Filter> =>
  mapValues(documentedNull('fulfilled_at', sql`r.fulfilled_at`), ({ build, ...filter }) => ({
    ...filter,
    build: (value, ...given) => ({
      ...build(value, ...given),
      ...countedRare(table, () => sql`r.fulfilled_at is null`, parseBoolean(value)),
    }),
  }))
