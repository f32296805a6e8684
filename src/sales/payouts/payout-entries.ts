/** What a payout consists of, as Kajabi shows it. */
import { sql } from 'kysely'
import { type Static, Type } from 'typebox'
import { isoTime } from '../../platform/jsonapi/field-types.ts'
import { NullableText } from '../../platform/jsonapi/nullable.ts'
import { majorUnits } from '../../platform/text/money.ts'

const NullableInteger = () => Type.Unsafe<number | null>({ type: ['integer', 'null'] })
const NullableNumber = () => Type.Unsafe<number | null>({ type: ['number', 'null'] })

export const PayoutEntrySchema = Type.Object({
  transaction_type: Type.String({ examples: ['Sale'] }),
  pricing_type: NullableText({ examples: ['Subscription'] }),
  sales_tax: Type.Number(),
  amount: Type.Number(),
  currency: Type.String({ examples: ['USD'] }),
  fee: Type.Number(),
  net: Type.Number(),
  customer_id: NullableInteger(),
  customer_name: NullableText(),
  customer_email: NullableText(),
  offer_ids: Type.Array(Type.Integer()),
  offer_titles: Type.Array(Type.String()),
  provider: Type.String({ examples: ['Stripe'] }),
  payment_method: NullableText({ examples: [null] }),
  created_at: Type.String({ format: 'date-time' }),
  coupon_used: NullableText({ examples: [null] }),
  presented_amount: NullableNumber(),
  presented_currency: NullableText({ examples: ['USD'] }),
  exchange_rate: NullableNumber(),
  quantity: NullableInteger(),
  order_number: NullableText({ examples: ['1'] }),
})

type ShownEntry = Static<typeof PayoutEntrySchema>

/** As the database gives it: amounts in the smallest unit, what the transaction was about or null. */
export interface PayoutEntry {
  type: 'sale' | 'refund' | 'adjustment'
  payment_type: string | null
  amount: number
  fee: number
  net: number
  currency: string
  provider: string
  occurred_at: string
  customer_id: number | null
  customer_name: string | null
  customer_email: string | null
  presented_amount: number | null
  presented_tax: number | null
  presented_currency: string | null
  order_number: number | null
  purchases: { offer_id: number; title: string; quantity: number; coupon_code: string | null }[]
}

/** The entries of the payout `r` as JSON, in the order of their times. */
export const entriesOfPayout = sql`coalesce((
  select json_agg(json_build_object(
           'type', e.type, 'payment_type', t.payment_type, 'amount', e.amount, 'fee', e.fee, 'net', e.net,
           'currency', e.currency, 'provider', r.provider, 'occurred_at', ${isoTime(sql`e.occurred_at`)},
           'customer_id', c.id, 'customer_name', c.name, 'customer_email', c.email,
           'presented_amount', t.amount, 'presented_tax', t.tax, 'presented_currency', t.currency,
           'order_number', o.number, 'purchases', coalesce(b.purchases, '[]'))
         order by e.occurred_at, e.reference)
    from payout_entries e
    left join transactions t on t.id = e.transaction_id and t.site_id = e.site_id
    left join customers c on c.id = t.customer_id and c.site_id = t.site_id
    left join lateral (
      select json_agg(json_build_object(
               'offer_id', p.offer_id, 'title', i.title, 'quantity', p.quantity, 'coupon_code', p.coupon_code)
             order by p.id) as purchases, min(p.order_id) as order_id
        from transaction_purchases tp
        join purchases p on p.id = tp.purchase_id and p.site_id = tp.site_id
        join order_items i on i.id = p.order_item_id and i.site_id = p.site_id
       where tp.transaction_id = t.id and tp.site_id = t.site_id) b on true
    left join orders o on o.id = coalesce(t.order_id, b.order_id) and o.site_id = e.site_id
   where e.payout_id = r.id and e.site_id = r.site_id), '[]')`

const TYPES = { sale: 'Sale', refund: 'Refund', adjustment: 'Adjustment' }

const PRICING_TYPES: Record<string, string> = {
  charge: 'One-time',
  subscription: 'Subscription',
  multipay: 'Payment Plan',
}

const NAMES: Record<string, string> = { stripe: 'Stripe' }

/** An entry as the API shows it: amounts as decimal numbers, ids as numbers. */
export function shownEntry(entry: PayoutEntry): ShownEntry {
  const { type, currency, presented_currency: presented, purchases } = entry
  const isOfSale = type !== 'adjustment'
  const decimal = (amount: number) => majorUnits(amount, currency)
  const presentedAmount =
    entry.presented_amount === null || presented === null
      ? null
      : majorUnits(entry.presented_amount, presented)
  const coupons = [...new Set(purchases.flatMap(({ coupon_code }) => coupon_code ?? []))]
  return {
    transaction_type: TYPES[type],
    pricing_type: type === 'sale' && entry.payment_type ? (PRICING_TYPES[entry.payment_type] ?? null) : null,
    sales_tax:
      entry.presented_tax === null || presented === null ? 0 : majorUnits(entry.presented_tax, presented),
    amount: decimal(entry.amount),
    currency,
    fee: decimal(entry.fee),
    net: decimal(entry.net),
    customer_id: entry.customer_id,
    customer_name: entry.customer_name,
    customer_email: entry.customer_email,
    offer_ids: isOfSale ? purchases.map(({ offer_id }) => offer_id) : [],
    offer_titles: isOfSale ? purchases.map(({ title }) => title) : [],
    provider: NAMES[entry.provider] ?? entry.provider,
    payment_method: null,
    created_at: entry.occurred_at,
    coupon_used: isOfSale && coupons.length > 0 ? coupons.join(', ') : null,
    presented_amount: presentedAmount,
    presented_currency: presented,
    exchange_rate: rate(decimal(entry.amount), presentedAmount),
    quantity: purchases.length > 0 ? purchases.reduce((sum, { quantity }) => sum + quantity, 0) : null,
    order_number: isOfSale && entry.order_number !== null ? String(entry.order_number) : null,
  }
}

/** Units of the payout's currency for one of the customer's. */
const rate = (settled: number, presented: number | null): number | null =>
  presented ? Math.round((settled / presented) * 1e6) / 1e6 : null
