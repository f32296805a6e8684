import { type RawBuilder, sql } from 'kysely'
import {
  bigInteger,
  boolean,
  extension,
  nullableBigInteger,
  nullableText,
  parseChoice,
  related,
  text,
  timestamp,
  toMany,
  toOne,
} from '../../platform/jsonapi/field-types.ts'
import { readId } from '../../platform/jsonapi/identifiers.ts'
import { formattedAmount, symbolOf } from '../../platform/jsonapi/money-fields.ts'
import { defineResource, type Filter, type FilterSql, type Scope } from '../../platform/jsonapi/resource.ts'
import { dateRange } from '../date-range.ts'
import { countedAs, countedRows, keptCount, keptTotal } from '../kept-counts.ts'
import { byNameOrEmail, ofContact } from '../of-contact.ts'
import { TRANSACTION_STATES } from '../states.ts'

const ACTIONS = [
  ...['charge', 'subscribe', 'subscription_charge', 'refund', 'dispute'],
  ...['free_purchase', 'subscription_update', 'test'],
]

const PAYMENT_TYPES = ['charge', 'multipay', 'subscription']

const CURRENCY = sql`r.currency`

/** A filter by one of these words, which also finds what lists otherwise leave out. */
const withOthers = (words: readonly string[], find: (value: string) => FilterSql): Filter => ({
  description: `${words.join(', ')}: also of transactions that lists otherwise leave out`,
  extension: true,
  build: (value) => ({ ...find(parseChoice(value, words)), saysWhatIsListed: true }),
})

export const transactions = defineResource({
  type: 'transactions',
  singular: 'transaction',
  isManaged: false,
  description:
    'Money that moved: a payment, a refund or a dispute; the amounts of the last two are negative. Lists show succeeded charges, refunds and disputes, unless `filter[state]` or `filter[action]` asks for others; tests, free purchases and failed payments can be looked up by id. `created_at` is when the money moved.',
  from: sql`transactions r`,
  listed: sql`r.is_completed`,
  total: keptTotal('transactions'),
  attributes: {
    action: text(),
    state: text(),
    payment_type: nullableText(),
    amount_in_cents: bigInteger(sql`r.amount`),
    sales_tax_in_cents: bigInteger(sql`r.tax`),
    currency: text(),
    currency_symbol: symbolOf(CURRENCY),
    formatted_amount: formattedAmount(sql`r.amount`, CURRENCY),
    created_at: timestamp(sql`r.occurred_at`),
    provider: text(),
    payment_fee_in_cents: nullableBigInteger(sql`r.fee`),
    settlement_amount_in_cents: nullableBigInteger(sql`r.settlement_amount`),
    settlement_fee_amount_in_cents: nullableBigInteger(sql`r.settlement_fee`),
    settlement_currency: nullableText(),
    provider_reference: extension(nullableText(sql`r.reference`)),
    // A connected provider took the money, and pays it back when it is refunded.
    through_provider_account: extension(boolean(sql`r.provider_account_id is not null`)),
    // Why a payment failed, in the provider's words.
    failure: extension(nullableText()),
    test: extension(boolean(sql`r.is_test`)),
    updated_at: extension(timestamp()),
  },
  relationships: {
    site: toOne('sites', sql`r.site_id`),
    customer: toOne('customers', sql`r.customer_id`),
    offer: toOne('offers', sql`r.offer_id`),
    purchases: toMany(
      'purchases',
      (transactionIds, { siteIds }) => sql`
        select transaction_id as owner_id, purchase_id as id from transaction_purchases
         where site_id = any (${siteIds}::bigint[]) and transaction_id = any (${transactionIds}::bigint[])
         order by purchase_id`,
      { linkage: 'always' },
    ),
    order: toOne('orders', sql`r.order_id`),
  },
  filters: {
    customer_id: related(sql`r.customer_id`, 'customers', 'Transactions of this customer'),
    contact_id: ofContact(sql`r.customer_id`, 'Transactions'),
    offer_id: {
      description: 'Transactions that pay for this offer, also together with others',
      refersTo: 'offers',
      extension: true,
      build(value) {
        const ofOffer = sql`r.offer_id = ${readId(value)}`
        // Not a list of ids: of an offer that sells well, it would have all of them.
        const ofSeveral = sql`r.offer_id is null and exists (
          select from transaction_purchases tp join purchases p on p.id = tp.purchase_id and p.site_id = tp.site_id
           where tp.transaction_id = r.id and tp.site_id = r.site_id and p.offer_id = ${readId(value)})`
        const countOf = (condition: RawBuilder<unknown>, scope: Scope) =>
          countedRows('transactions', sql`r.is_completed and ${condition}`, scope)
        return {
          where: sql`(${ofOffer} or (${ofSeveral}))`,
          ...countedAs((scope) => sql`${countOf(ofOffer, scope)} + ${countOf(ofSeveral, scope)}`),
        }
      },
    },
    order_id: { ...related(sql`r.order_id`, 'orders', 'Transactions of this order'), extension: true },
    purchase_id: {
      description: 'Transactions that pay for this purchase',
      refersTo: 'purchases',
      extension: true,
      build: (value, { siteIds }) => ({
        where: sql`r.id = any (array(
          select tp.transaction_id from transaction_purchases tp
           where tp.purchase_id = ${readId(value)} and tp.site_id = any (${siteIds}::bigint[])))`,
      }),
    },
    state: withOthers(TRANSACTION_STATES, (value) => {
      const isOther = sql`not r.is_completed and r.state = ${value}`
      if (value !== 'succeeded') return { where: isOther }
      return {
        where: sql`r.state = 'succeeded'`,
        ...countedAs(
          (scope) =>
            sql`${keptCount('transactions', scope)} + ${countedRows('transactions', isOther, scope)}`,
        ),
      }
    }),
    action: withOthers(ACTIONS, (value) => {
      const isAction = sql`r.action = ${value}`
      return { where: isAction, ...countedAs((scope) => countedRows('transactions', isAction, scope)) }
    }),
  },
  lookedUpFilters: {
    ...dateRange(sql`r.occurred_at`, 'The money moved'),
    name_or_email: byNameOrEmail('transactions'),
  },
  filterable: {
    amount_in_cents: 'number',
    currency: 'text',
    payment_type: PAYMENT_TYPES,
    provider: 'text',
    provider_reference: 'text',
  },
  sorts: { amount_in_cents: sql`r.amount` },
  defaultSort: '-created_at',
  examples: {
    action: 'charge',
    state: 'succeeded',
    payment_type: 'charge',
    amount_in_cents: 4900,
    sales_tax_in_cents: 0,
    currency_symbol: '$',
    formatted_amount: '$49.00',
    provider: 'stripe',
    payment_fee_in_cents: 172,
    settlement_amount_in_cents: 4900,
    settlement_fee_amount_in_cents: 172,
    settlement_currency: 'USD',
    provider_reference: 'ch_3PqZ8x',
    through_provider_account: true,
    failure: null,
  },
  nearMisses: [
    [/^\/(?:v1\/)?(?:payments|charges|refunds)(\/.*)?$/, 'Payments and refunds are at /v1/transactions.'],
  ],
})
