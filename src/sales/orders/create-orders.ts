/** Recording sales that were made elsewhere, many at a time. */
import { sql } from 'kysely'
import { ensureContacts } from '../../people/contacts/ensure-contacts.ts'
import { type Tx, violates } from '../../platform/db/database.ts'
import type { Origin } from '../../platform/events/events.ts'
import { eachOf, orRefusal } from '../../platform/http/shared-writes.ts'
import { ApiError, notFound, unprocessable } from '../../platform/jsonapi/errors.ts'
import { withId } from '../../platform/jsonapi/identifiers.ts'
import { readName } from '../../platform/text/names.ts'
import { findCodes } from '../coupons/find-coupon.ts'
import { redeemCodes } from '../coupons/redeem-coupon.ts'
import { readTime } from '../given-time.ts'
import { type Buyer, type GivenCustomer, readBuyers } from './find-buyers.ts'
import {
  assertOnSale,
  type NewOrderValues,
  paymentOf,
  pointerTo,
  readItems,
  readOffers,
  type SoldOffers,
  zoneOf,
} from './new-order.ts'
import {
  type PaymentResult,
  recordSales,
  type Sale,
  type SaleOutcome,
  type SoldItem,
  totalOf,
} from './record-sales.ts'

export interface GivenOrder {
  siteId: string
  values: NewOrderValues
  customer: GivenCustomer
  options: { send_customer_welcome_email?: boolean }
  /** Of one moment, for all of them. */
  origin: Origin
}

export interface CreatedOrder {
  id: string
  /** false: the sale had been recorded before. */
  isNew: boolean
  /** Of its coupon codes those that are no coupons of the site. */
  unknownCodes: string[]
}

/** Of what this server records itself: sales of connected accounts, and what is given for nothing. */
const RESERVED = ['stripe', 'bestow']

/** Nobody but the owner took the money. */
const MANUAL = 'manual'

/** A sale as it was asked for, in amounts and people. */
interface ReadOrder extends GivenOrder {
  orderedAt: Date
  items: SoldItem[]
  payment: PaymentResult | null
  currency: string
  provider: string
  reference: string | null
  buyer: Buyer
}

/** What was recorded before under the reference of a sale, and what is new of its codes. */
interface AcceptedOrder {
  order: ReadOrder
  knownId: string | null
  unknownCodes: string[]
}

/** createOrders() with one. @throws ApiError */
export async function createOrder(tx: Tx, order: GivenOrder): Promise<CreatedOrder> {
  const [created] = await createOrders(tx, [order])
  if (created instanceof ApiError) throw created
  return created!
}

/**
 * Records sales that were paid, or that are trials: the customer when there is none, order, items, purchases and payment,
 * all or nothing. A sale whose provider and reference are known is not recorded again.
 *
 * @param orders of one account, no provider and reference twice
 * @returns in place of those that are refused, the error: 404 for a customer or an offer that the site does not have; 422
 *   for values that contradict each other or the sale that has the reference. Nothing was written for them
 * @throws ApiError when one is refused that was begun to be written
 */
export async function createOrders(tx: Tx, orders: GivenOrder[]): Promise<(CreatedOrder | ApiError)[]> {
  const offers = await readOffers(tx, orders)
  const priced = orders.map((order) => orRefusal(() => priceOrder(order, offers)))
  const read = await eachOf(priced, (some) => readBuyers(tx, some))
  return eachOf(read, async (some) => {
    const known = await findOrders(tx, some)
    const codes = await findCodes(tx, some.map(codesOf))
    const accepted = some.map((order, index) =>
      orRefusal(() => accept(order, known[index] ?? null, codes[index]!, offers)),
    )
    return eachOf(accepted, (all) => recordNew(tx, all))
  })
}

function priceOrder(order: GivenOrder, offers: SoldOffers) {
  const { siteId, values, origin } = order
  const orderedAt = readTime(values.ordered_at, 'ordered_at', {
    now: origin.now,
    zone: zoneOf(offers, siteId, values),
  })
  const read = readItems(offers, siteId, values, orderedAt)
  return {
    ...order,
    ...read,
    payment: paymentOf(values, read.items),
    orderedAt,
    provider: values.provider ?? MANUAL,
    reference: values.provider_reference ?? null,
  }
}

/** Records those that are not known yet. */
async function recordNew(tx: Tx, orders: AcceptedOrder[]): Promise<CreatedOrder[]> {
  const missing = orders.flatMap(({ order, knownId }) => (knownId === null ? [order] : []))
  const created = new Map<ReadOrder, Omit<CreatedOrder, 'unknownCodes'>>()
  // A customer who buys twice at the same moment does it one after the other.
  for (let left = await withContacts(tx, missing); left.length > 0; ) {
    const first = new Map(left.map((each) => [each.contactId, each] as const).reverse())
    const now = [...first.values()].reverse()
    left = left.filter((each) => first.get(each.contactId) !== each)
    const ids = await recordOnce(tx, now)
    for (const [index, { order }] of now.entries()) created.set(order, ids[index]!)
  }
  await redeemCodes(
    tx,
    missing.flatMap((order) => {
      const { id, isNew } = created.get(order)!
      if (!isNew || order.values.test) return []
      return [{ orderId: id, ...codesOf(order) }]
    }),
    orders[0]!.order.origin.now,
  )
  return orders.map(({ order, knownId, unknownCodes }) => ({
    ...(knownId === null ? created.get(order)! : { id: knownId, isNew: false }),
    unknownCodes,
  }))
}

const codesOf = ({ siteId, items }: ReadOrder) => ({
  siteId,
  codes: items.flatMap(({ coupon_code }) => coupon_code ?? []),
})

interface OrderOfContact {
  order: ReadOrder
  contactId: string
}

/** With the contacts of the buyers; those that there are not yet are created. */
async function withContacts(tx: Tx, orders: ReadOrder[]): Promise<OrderOfContact[]> {
  const bySite = Map.groupBy(
    orders.filter(({ buyer }) => buyer.contactId === null),
    ({ siteId }) => siteId,
  )
  const made = new Map<string, Map<string, string>>()
  for (const [siteId, some] of [...bySite].sort(([one], [other]) => Number(one) - Number(other))) {
    const people = some.map(({ buyer, values: { name, opt_in }, origin }) => ({
      email: buyer.email!,
      name: readName(name ?? ''),
      subscribed: opt_in ?? false,
      origin,
    }))
    const first = new Map(people.toReversed().map((person) => [person.email, person]))
    made.set(siteId, await ensureContacts(tx, siteId, [...first.values()], some[0]!.origin))
  }
  return orders.map((order) => {
    const { siteId, buyer } = order
    const contactId = buyer.contactId ?? made.get(siteId)!.get(buyer.email!)
    if (contactId === undefined) throw deletedMeanwhile()
    return { order, contactId }
  })
}

const deletedMeanwhile = () => notFound('The contact was deleted meanwhile.')

/** @param orders no contact twice. @throws ApiError when one is refused */
async function recordOnce(tx: Tx, orders: OrderOfContact[]): Promise<Omit<CreatedOrder, 'unknownCodes'>[]> {
  const now = orders[0]!.order.origin.now
  const outcomes = await recordSales(tx, orders.map(saleOf), now).catch((error) => {
    if (!violates(error, 'transactions_reference')) throw error
    throw unprocessable(
      'taken',
      'Another transaction of the provider has this payment_reference. Use provider_reference to record a sale once',
      pointer('payment_reference'),
    )
  })
  return outcomes.map((outcome, index) => {
    if (outcome.error !== null) throw refusalOf(outcome, orders[index]!.order)
    return { id: outcome.orderId, isNew: outcome.isNew }
  })
}

function refusalOf(outcome: Extract<SaleOutcome, { error: string }>, { values }: ReadOrder): ApiError {
  switch (outcome.error) {
    case 'subject_not_found':
      return deletedMeanwhile()
    case 'offer_not_found':
      return notFound(`There is no offer ${withId(outcome.unknownOfferId!)} any more.`)
    case 'email_taken':
      return unprocessable(
        'email_taken',
        'The customer of another contact has this e-mail',
        values.email === undefined ? '/data' : pointer('email'),
      )
  }
}

const saleOf = ({ order, contactId }: OrderOfContact): Sale => {
  const { siteId, values, options, origin, provider, reference, currency, orderedAt, items, payment } = order
  return {
    siteId,
    contactId,
    origin,
    ...options,
    provider,
    reference,
    is_test: values.test ?? false,
    currency,
    ordered_at: orderedAt,
    opt_in: values.opt_in ?? false,
    extra: values.raw_extra_contact_information ?? {},
    source: values.source ?? null,
    referrer: values.referrer ?? null,
    cardholder_name: values.cardholder_name ?? null,
    billing_address_zip: values.billing_address_zip ?? null,
    items,
    payment,
  }
}

const pointer = (name: string) => `/data/attributes/${name}`

interface KnownOrder {
  id: string
  contact_id: string
  email: string | null
  total: string
  currency: string
}

/** The orders that have the references of these, in their order. */
async function findOrders(tx: Tx, orders: ReadOrder[]): Promise<(KnownOrder | null)[]> {
  const named = orders.flatMap(({ siteId, provider, reference }, place) =>
    reference === null ? [] : [{ place, site_id: siteId, provider, reference }],
  )
  const found: (KnownOrder | null)[] = orders.map(() => null)
  if (named.length === 0) return found
  const { rows } = await sql<KnownOrder & { place: number }>`
    select n.place, o.id, o.total, o.currency, o.contact_id, o.email
      from jsonb_to_recordset(${JSON.stringify(named)}::jsonb) n (place integer, site_id bigint, provider text, reference text)
     cross join lateral (
       select k.id, k.total, k.currency, c.contact_id, c.email
         from orders k join customers c on c.id = k.customer_id and c.site_id = k.site_id
        where k.reference = n.reference and k.provider = n.provider and k.site_id = n.site_id offset 0) o`.execute(
    tx,
  )
  for (const { place, ...order } of rows) found[place] = order
  return found
}

/**
 * What was recorded before stays, also when its offers are not sold any more.
 *
 * @throws ApiError 422 when the reference is that of another sale; for a reserved provider, an archived offer, and an
 *   unknown coupon
 */
function accept(
  order: ReadOrder,
  known: KnownOrder | null,
  codes: Map<string, string>,
  offers: SoldOffers,
): AcceptedOrder {
  if (known) return { order, knownId: assertSameSale(order, known), unknownCodes: [] }
  if (RESERVED.includes(order.provider)) throw reserved(order.provider)
  assertOnSale(offers, order.siteId, order.values, order.orderedAt)
  const unknownCodes = codesOf(order).codes.filter((code) => !codes.has(code))
  if (order.provider === MANUAL) assertCodes(order, unknownCodes)
  return { order: { ...order, items: withCodes(order.items, codes) }, knownId: null, unknownCodes }
}

/** With their codes as the coupons have them, so that they are found by them. */
const withCodes = (items: SoldItem[], codes: Map<string, string>): SoldItem[] =>
  items.map(({ coupon_code, ...item }) => ({
    ...item,
    coupon_code: coupon_code === null ? null : (codes.get(coupon_code) ?? coupon_code),
  }))

const reserved = (provider: string) =>
  unprocessable(
    'reserved',
    `The provider ${provider} is that of sales that this server records itself. Name the shop that took the money, as in my-shop`,
    pointer('provider'),
  )

/** A sale at no provider has no codes but those of the site. @throws ApiError 422 */
function assertCodes({ items }: ReadOrder, unknownCodes: string[]): void {
  const index = items.findIndex(
    ({ coupon_code }) => coupon_code !== null && unknownCodes.includes(coupon_code),
  )
  if (index < 0) return
  throw unprocessable(
    'not_found',
    `The site has no coupon ${items[index]!.coupon_code}. Correct the code; for a code of a shop, name the shop as provider`,
    pointerTo(index, 'coupon_code'),
  )
}

/** @throws ApiError 422 when the reference is that of another sale. @returns the id */
function assertSameSale(order: ReadOrder, known: KnownOrder): string {
  const { contactId, email } = order.buyer
  const isSame =
    // Whoever was not known yet may have become a contact since, by the same sale.
    (contactId === null ? known.email === email : known.contact_id === contactId) &&
    Number(known.total) === totalOf(order.items).total &&
    known.currency === order.currency
  if (isSame) return known.id
  throw new ApiError(
    422,
    'taken',
    `The order ${known.id} has this reference, with another customer, total or currency. Use another provider_reference for another sale.`,
    { source: { pointer: pointer('provider_reference') } },
  )
}
