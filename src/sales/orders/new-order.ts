/** What requests say of a sale, and how a sale is made of it. */
import { type Static, Type } from 'typebox'
import type { Tx } from '../../platform/db/database.ts'
import { anyOf } from '../../platform/db/database.ts'
import { Id } from '../../platform/http/documents.ts'
import { documentedAs } from '../../platform/jsonapi/documented.ts'
import { ApiError, jsonPointer, unprocessable } from '../../platform/jsonapi/errors.ts'
import { currencyCode } from '../../platform/jsonapi/fields.ts'
import { readId, withId } from '../../platform/jsonapi/identifiers.ts'
import { NullableText } from '../../platform/jsonapi/nullable.ts'
import { addInterval } from '../add-interval.ts'
import { GivenTime } from '../given-time.ts'
import { Reference } from '../references.ts'
import type { Interval, PaymentType } from '../states.ts'
import { type PaymentResult, type SoldItem, type SoldSubscription, totalOf } from './record-sales.ts'

/** Of any currency. */
const MOST = 999_999_999_999
/** Of a whole order: a number that is exact, also in JavaScript. */
const MOST_TOTAL = 999_999_999_999_999

const Cents = (description: string) => Type.Integer({ minimum: 0, maximum: MOST, description })

const NewItem = Type.Object({
  offer_id: Id,
  quantity: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 1 })),
  amount_in_cents: Type.Optional(
    Cents('The price of one, without tax, in the smallest unit of the currency. Left out: that of the offer'),
  ),
  discount_in_cents: Type.Optional(Cents('What is taken off the price of all')),
  sales_tax_in_cents: Type.Optional(Cents('The tax that is added for all')),
  coupon_code: Type.Optional(
    NullableText({
      description:
        'With which the discount was given: of a coupon of the site, or, where a `provider` is named, also one of that provider',
    }),
  ),
  trial_days: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 730,
      examples: [],
      description:
        'Of a subscription or payment plan alone: nothing is paid before they are over. 0: it was paid at once. Left out: those of the offer',
    }),
  ),
})

const shortText = (description: string) => Type.Optional(NullableText({ maxLength: 1_000, description }))

export const NewOrderAttributes = Type.Object({
  email: Type.Optional(
    documentedAs(
      Type.String(),
      Type.String({
        format: 'email',
        description:
          'Of the customer, who is created when the site has no contact with it; or the relationship `customer` or `contact`',
      }),
    ),
  ),
  name: Type.Optional(Type.String({ maxLength: 1_000, description: 'Of a contact that is created' })),
  items: Type.Array(NewItem, { minItems: 1, maxItems: 50 }),
  currency: Type.Optional(
    documentedAs(
      Type.String(),
      Type.Unsafe<string>({ ...currencyCode.schema, description: 'Left out: that of the offers' }),
    ),
  ),
  provider: Type.Optional(
    Type.String({
      pattern: '^[a-z0-9][a-z0-9_-]{0,49}$',
      default: 'manual',
      examples: ['shop'],
      description: 'Who took the money. `stripe` and `bestow` are what this server records itself',
    }),
  ),
  provider_reference: Reference(
    'The sale at the provider. A sale is recorded once for each: a repetition answers 200',
  ),
  payment_reference: Reference('The payment at the provider, by which refunds and repetitions name it'),
  payment_fee_in_cents: Type.Optional(Cents('What the provider keeps')),
  ordered_at: Type.Optional(GivenTime('When it was paid. Left out: now')),
  opt_in: Type.Optional(Type.Boolean({ description: 'The customer wants to get marketing e-mails' })),
  raw_extra_contact_information: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), { examples: [{}] }),
  ),
  source: shortText('Where the customer came from'),
  referrer: shortText('The page that the customer came from'),
  cardholder_name: shortText('The name on the card'),
  billing_address_zip: shortText('Of the billing address'),
  test: Type.Optional(
    Type.Boolean({ description: 'No money moved: it gives access and stays out of revenue and reports' }),
  ),
})

export type NewOrderValues = Static<typeof NewOrderAttributes>
type Item = Static<typeof NewItem>

interface SoldOffer {
  id: string
  currency: string
  price: number
  payment_type: PaymentType
  interval: Interval | null
  interval_count: number
  payments_total: number | null
  trial_days: number | null
  archived_at: Date | null
  /** Of its site. */
  time_zone: string
}

export const pointerTo = (index: number, member: string) =>
  jsonPointer(['data', 'attributes', 'items', String(index), member])

/**
 * A sale that was made before an offer was archived can be recorded later.
 *
 * @throws ApiError 422
 */
export function assertOnSale(
  offers: SoldOffers,
  siteId: string,
  { items }: NewOrderValues,
  orderedAt: Date,
): void {
  for (const [index, { offer_id }] of items.entries()) {
    const { id, archived_at } = offers.get(keyOf(siteId, readId(offer_id)))!
    if (archived_at === null || orderedAt < archived_at) continue
    throw unprocessable(
      'offer_archived',
      `The offer ${id} was archived at ${archived_at.toISOString()}, and is not sold since then. Restore it, or give the ordered_at of a sale that was made before`,
      pointerTo(index, 'offer_id'),
    )
  }
}

/** The offers that sales name, by site and id. */
export type SoldOffers = Map<string, SoldOffer>

/** Reads the offers of several sales at once. */
export async function readOffers(
  tx: Tx,
  sales: { siteId: string; values: NewOrderValues }[],
): Promise<SoldOffers> {
  const rows = await tx
    .selectFrom('offers')
    .innerJoin('sites', 'sites.id', 'offers.site_id')
    .select([
      'offers.site_id',
      'offers.id',
      'offers.currency',
      'offers.price_in_cents as price',
      'offers.payment_type',
      'offers.interval',
      'offers.interval_count',
      'offers.payments_total',
      'offers.trial_days',
      'offers.archived_at',
      'sites.time_zone',
    ])
    .where('offers.site_id', '=', anyOf(distinct(sales.map(({ siteId }) => siteId))))
    .where(
      'offers.id',
      '=',
      anyOf(distinct(sales.flatMap(({ values }) => values.items.map(({ offer_id }) => readId(offer_id))))),
    )
    .execute()
  return new Map(
    rows.map(({ site_id, ...row }) => [
      keyOf(site_id, row.id),
      { ...row, price: Number(row.price) } as SoldOffer,
    ]),
  )
}

const keyOf = (siteId: string, id: string) => `${siteId} ${id}`
const distinct = (ids: string[]) => [...new Set(ids)]

/** The time zone of a site that sells: its offers have it. A sale of unknown offers is refused anyway. */
export const zoneOf = (offers: SoldOffers, siteId: string, { items }: NewOrderValues): string =>
  offers.get(keyOf(siteId, readId(items[0]!.offer_id)))?.time_zone ?? 'UTC'

/**
 * The items of a sale with their amounts, in one currency.
 *
 * @throws ApiError 404 for an offer that the site does not have; 422 for offers in other currencies whose amount is not
 *   given, and for values that contradict each other
 */
export function readItems(
  offers: SoldOffers,
  siteId: string,
  { items, currency: given }: NewOrderValues,
  orderedAt: Date,
): { items: SoldItem[]; currency: string } {
  const sold = items.map((item, index) => {
    const offer = offers.get(keyOf(siteId, readId(item.offer_id)))
    if (offer) return { item, offer, index }
    throw new ApiError(404, 'not_found', `There is no offer ${withId(String(item.offer_id))}.`, {
      source: { pointer: pointerTo(index, 'offer_id') },
    })
  })
  const currency = given === undefined ? sold[0]!.offer.currency : readCurrency(given)
  for (const { item, offer, index } of sold)
    if (item.amount_in_cents === undefined && offer.currency !== currency && offer.price > 0)
      throw unprocessable(
        'currency_mismatch',
        `The price of the offer is in ${offer.currency}, and the order in ${currency}. Give the amount_in_cents of this item`,
        pointerTo(index, 'offer_id'),
      )
  const read = sold.map((each) => soldItem(each, orderedAt))
  const { total, subtotal } = totalOf(read)
  if (Math.max(total, subtotal) > MOST_TOTAL)
    throw unprocessable(
      'invalid',
      `The items must add up to at most ${MOST_TOTAL}. Amounts are in the smallest unit of the currency`,
      '/data/attributes/items',
    )
  return { items: read, currency }
}

type Sold = { item: Item; offer: SoldOffer; index: number }

function readCurrency(given: string): string {
  const currency = currencyCode.read(given)
  if (typeof currency === 'string' && currency !== '') return currency
  throw unprocessable('invalid', `currency must be ${currencyCode.form}`, '/data/attributes/currency')
}

function soldItem({ item, offer, index }: Sold, orderedAt: Date): SoldItem {
  const quantity = item.quantity ?? 1
  const price = (item.amount_in_cents ?? offer.price) * quantity
  const tax = item.sales_tax_in_cents ?? 0
  const discount = item.discount_in_cents ?? 0
  if (discount > price)
    throw unprocessable(
      'invalid',
      `The discount must be at most ${price}, the price of the item`,
      pointerTo(index, 'discount_in_cents'),
    )
  const regular = price + tax
  const isRecurring = offer.payment_type === 'subscription' || offer.payment_type === 'multipay'
  if (!isRecurring && (item.trial_days ?? 0) > 0)
    throw unprocessable(
      'invalid',
      `The offer ${offer.id} is paid once, and has no trial. Leave out trial_days, or give the offer an interval`,
      pointerTo(index, 'trial_days'),
    )
  const trialDays = isRecurring ? (item.trial_days ?? offer.trial_days ?? 0) : 0
  if (trialDays > 0 && discount > 0)
    throw unprocessable(
      'invalid',
      'Nothing is paid during a trial, and nothing can be taken off. Leave out discount_in_cents, or give trial_days of 0',
      pointerTo(index, 'discount_in_cents'),
    )
  const amounts =
    trialDays > 0
      ? { subtotal: 0, discount: 0, tax: 0, total: 0 }
      : { subtotal: price, discount, tax, total: price - discount + tax }
  return {
    offer_id: offer.id,
    quantity,
    ...amounts,
    payment_type: offer.payment_type === 'free' && price > 0 ? 'single' : offer.payment_type,
    amount: isRecurring ? regular : amounts.total,
    coupon_code: item.coupon_code?.trim() || null,
    subscription: isRecurring ? newSubscription(offer, regular, tax, trialDays, orderedAt) : null,
  }
}

function newSubscription(
  offer: SoldOffer,
  amount: number,
  tax: number,
  trialDays: number,
  orderedAt: Date,
): SoldSubscription {
  const interval = offer.interval ?? 'month'
  const trialEnd = trialDays > 0 ? addInterval(orderedAt, 'day', trialDays, offer.time_zone) : null
  return {
    reference: null,
    status: trialEnd ? 'trialing' : 'active',
    amount,
    tax,
    interval,
    interval_count: offer.interval_count,
    payments_total: offer.payment_type === 'multipay' ? offer.payments_total : null,
    trial_ends_at: trialEnd,
    period_start: orderedAt,
    period_end: trialEnd ?? addInterval(orderedAt, interval, offer.interval_count, offer.time_zone),
  }
}

/**
 * The payment of a sale; none while all items are tried.
 *
 * @throws ApiError 422 for what is said of a payment that there is not, and for a fee that is larger than it
 */
export function paymentOf(values: NewOrderValues, items: SoldItem[]): PaymentResult | null {
  const { payment_reference, payment_fee_in_cents: fee = 0 } = values
  if (items.every(({ subscription }) => subscription?.status === 'trialing')) {
    const name =
      payment_reference !== undefined ? 'payment_reference' : fee > 0 ? 'payment_fee_in_cents' : null
    if (name === null) return null
    throw unprocessable(
      'invalid',
      `Nothing is paid during a trial. Leave out ${name}, or give the items trial_days of 0`,
      `/data/attributes/${name}`,
    )
  }
  const { total } = totalOf(items)
  if (fee > total)
    throw unprocessable(
      'invalid',
      `payment_fee_in_cents must be at most ${total}, what is paid`,
      '/data/attributes/payment_fee_in_cents',
    )
  return {
    state: 'succeeded',
    reference: values.payment_reference ?? null,
    fee: values.payment_fee_in_cents ?? null,
  }
}
