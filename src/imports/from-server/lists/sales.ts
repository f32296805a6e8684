import { KAJABI } from '../../../sales/moved/find-same.ts'
import { type MovedItem, type MovedOrder, putOrder } from '../../../sales/moved/put-order.ts'
import {
  type MovedPurchase,
  type MovedSubscription,
  putPurchase,
  updateMovedPurchase,
} from '../../../sales/moved/put-purchase.ts'
import { linkRefunds, putTransaction } from '../../../sales/moved/put-transaction.ts'
import {
  INTERVALS,
  type Interval,
  PAYMENT_TYPES,
  type PaymentType,
  SUBSCRIPTION_STATUSES,
  type SubscriptionStatus,
  TRANSACTION_STATES,
  type TransactionState,
} from '../../../sales/states.ts'
import { type Outcome, skipped } from '../outcome.ts'
import type { Fresh, PageRun, Wanted } from '../page-run.ts'
import { isChoosable } from '../put-records.ts'
import { manyIn, oneIn, type Source, type SourcePage, type SourceRow } from '../source.ts'
import type { SourceList } from '../source-list.ts'
import { termsIn } from './catalogue.ts'
import { dateIn, flagIn, numberIn, oneOfIn, textIn } from './read-attribute.ts'

type Attributes = Record<string, unknown>

interface WantedOrder extends Wanted {
  attributes: Attributes
  customer: string
  items: { id: string; attributes: Attributes }[]
}

/** Orders with their items, which are asked for one by one where the list does not include them. */
export const orders: SourceList = {
  name: 'orders',
  others: ['order_items'],
  path: '/v1/orders',
  isBySite: true,
  query: { sort: 'created_at', include: 'order_items' },
  addDetails: withItems,
  async write(run, siteId, rows, { included }) {
    const wanted = rows.map((row) => readOrder(row, included))
    await run.put('orders', wanted, {
      write: (fresh) => run.each(fresh, (one) => writeOrder(run, siteId, one)),
    })
  },
}

async function withItems(source: Source, page: SourcePage): Promise<SourcePage> {
  const shown = new Set(page.included.filter(({ type }) => type === 'order_items').map(({ id }) => id))
  const included = [...page.included]
  for (const row of page.rows)
    if ((manyIn(row, 'order_items') ?? ['']).some((id) => !shown.has(id))) {
      const one = await source.one(`/v1/orders/${row.id}`, { include: 'order_items' })
      row.relationships = one.row.relationships
      included.push(...one.included)
    }
  return { ...page, included }
}

function readOrder(row: SourceRow, included: SourceRow[]): WantedOrder {
  const { updated_at: _, ...attributes } = row.attributes
  const ids = manyIn(row, 'order_items') ?? []
  const items = included.filter(({ type, id }) => type === 'order_items' && ids.includes(id))
  return {
    id: row.id,
    attributes,
    customer: oneIn(row, 'customer') ?? '',
    items: [
      ...new Map(items.map((item) => [item.id, { id: item.id, attributes: item.attributes }])).values(),
    ],
  }
}

async function writeOrder(
  run: PageRun,
  siteId: string,
  { wanted, targetId }: Fresh<WantedOrder>,
): Promise<Outcome> {
  // What was sold does not change.
  if (targetId !== null) return { status: 'unchanged', targetId }
  const customerId = (await run.targets('customers', [wanted.customer])).get(wanted.customer)
  if (customerId === undefined) return skipped('Its customer is not here.')
  const offers = await run.targets(
    'offers',
    wanted.items.map(({ attributes }) => String(attributes.item_id)),
  )
  if (wanted.items.length === 0) return skipped('It has no items.')
  if (wanted.items.some(({ attributes }) => !offers.has(String(attributes.item_id))))
    return skipped('An offer that it has is not here.')
  const { attributes } = wanted
  const createdAt = dateIn(attributes, 'created_at') ?? run.origin.now
  const order: MovedOrder = {
    id: isChoosable(wanted.id) ? wanted.id : null,
    number: isChoosable(String(attributes.order_number)) ? String(attributes.order_number) : null,
    customerId,
    currency: textIn(attributes, 'currency_code') ?? 'USD',
    provider: textIn(attributes, 'provider') ?? KAJABI,
    reference: textIn(attributes, 'provider_reference'),
    isTest: flagIn(attributes, 'test'),
    orderedAt: dateIn(attributes, 'ordered_at') ?? createdAt,
    fulfilledAt: dateIn(attributes, 'fulfilled_at'),
    createdAt,
    items: wanted.items.map((item) =>
      readItem(item, offers.get(String(item.attributes.item_id))!, createdAt),
    ),
  }
  const { orderId, itemIds, isNew } = await putOrder(
    run.tx,
    { siteId, siteIds: run.options.siteIds },
    order,
    run.origin,
  )
  await run.note(
    'order_items',
    wanted.items.map(({ id }, index) => ({ id, targetId: itemIds[index] ?? null })),
    isNew ? 'created' : 'unchanged',
  )
  return { status: isNew ? 'created' : 'unchanged', targetId: orderId }
}

function readItem(item: WantedOrder['items'][number], offerId: string, orderedAt: Date): MovedItem {
  const { attributes } = item
  const subtotal = Math.max(numberIn(attributes, 'subtotal_in_cents') ?? 0, 0)
  const tax = Math.max(numberIn(attributes, 'sales_tax_amount_in_cents') ?? 0, 0)
  const total = Math.max(numberIn(attributes, 'total_price_in_cents') ?? subtotal + tax, 0)
  return {
    id: isChoosable(item.id) ? item.id : null,
    offerId,
    title: textIn(attributes, 'title') ?? '',
    quantity: Math.max(numberIn(attributes, 'quantity') ?? 1, 1),
    createdAt: dateIn(attributes, 'created_at') ?? orderedAt,
    // What a server rounds or leaves out is in the discount.
    subtotal: Math.max(subtotal, total - tax),
    discount: Math.max(subtotal, total - tax) + tax - total,
    tax,
    total,
  }
}

interface WantedPurchase extends Wanted {
  attributes: Attributes
  customer: string
  offer: string
  order: string | null
  /** How often the price of the offer is paid. */
  terms?: ReturnType<typeof termsIn>
}

/** Purchases with the state of their subscriptions; they give the same access here. */
export const purchases: SourceList = {
  name: 'purchases',
  path: '/v1/purchases',
  isBySite: true,
  query: { sort: 'created_at', include: 'offer' },
  async write(run, siteId, rows, { included }) {
    const offers = new Map(
      included.filter(({ type }) => type === 'offers').map((offer) => [offer.id, offer.attributes]),
    )
    const wanted = rows.map((row) => readPurchase(row, offers))
    await run.put('purchases', wanted, {
      write: (fresh) => run.each(fresh, (one) => writePurchase(run, siteId, one)),
    })
    if (run.options.isDryRun)
      await run.note('held', wanted.filter((one) => givesAccess(one, run.origin.now)).map(heldBy), 'created')
  },
}

function readPurchase(row: SourceRow, offers: Map<string, Attributes>): WantedPurchase {
  const { multipay_payments_made: _, ...attributes } = row.attributes
  const offer = oneIn(row, 'offer') ?? ''
  return {
    id: row.id,
    attributes,
    customer: oneIn(row, 'customer') ?? '',
    offer,
    order: oneIn(row, 'order'),
    terms: termsIn(offers.get(offer)?.price_description),
  }
}

function givesAccess({ attributes }: WantedPurchase, now: Date): boolean {
  const end = dateIn(attributes, 'deactivated_at')
  return end === null || end > now
}

/** What a purchase gives: see access.ts. */
const heldBy = ({ customer, offer }: WantedPurchase) => ({ id: `${customer}/${offer}`, targetId: null })

async function writePurchase(
  run: PageRun,
  siteId: string,
  { wanted, targetId }: Fresh<WantedPurchase>,
): Promise<Outcome> {
  const customerId = (await run.targets('customers', [wanted.customer])).get(wanted.customer)
  if (customerId === undefined) return skipped('Its customer is not here.')
  const offerId = (await run.targets('offers', [wanted.offer])).get(wanted.offer)
  if (offerId === undefined) return skipped(`The offer ${wanted.offer} is not here.`)
  const orderId = (await run.targets('orders', [wanted.order ?? ''])).get(wanted.order ?? '') ?? null
  const purchase = movedPurchase(wanted, { customerId, offerId, orderId }, run.origin.now)
  if (targetId !== null) {
    await updateMovedPurchase(run.tx, siteId, targetId, purchase, run.origin)
    return { status: 'changed', targetId }
  }
  const destination = { siteId, siteIds: run.options.siteIds }
  const { id, isNew } = await putPurchase(run.tx, destination, purchase, run.origin)
  return { status: isNew ? 'created' : 'changed', targetId: id }
}

function movedPurchase(
  { id, attributes, terms = {} }: WantedPurchase,
  links: Pick<MovedPurchase, 'customerId' | 'offerId' | 'orderId'>,
  now: Date,
): MovedPurchase {
  const createdAt = dateIn(attributes, 'created_at') ?? now
  const paymentType: PaymentType = oneOfIn(attributes, 'payment_type', PAYMENT_TYPES) ?? 'single'
  const deactivatedAt = dateIn(attributes, 'deactivated_at')
  const extra = attributes.raw_extra_contact_information
  return {
    ...links,
    id: isChoosable(id) ? id : null,
    sourceId: id,
    paymentType,
    amount: Math.max(numberIn(attributes, 'amount_in_cents') ?? 0, 0),
    currency: textIn(attributes, 'currency') ?? 'USD',
    quantity: Math.max(numberIn(attributes, 'quantity') ?? 1, 1),
    couponCode: textIn(attributes, 'coupon_code'),
    optIn: flagIn(attributes, 'opt_in'),
    extra: typeof extra === 'object' && extra !== null && !Array.isArray(extra) ? extra : {},
    source: textIn(attributes, 'source'),
    referrer: textIn(attributes, 'referrer'),
    cardholderName: textIn(attributes, 'cardholder_name'),
    billingAddressZip: textIn(attributes, 'billing_address_zip'),
    isTest: flagIn(attributes, 'test'),
    provider: KAJABI,
    effectiveStartAt: dateIn(attributes, 'effective_start_at') ?? createdAt,
    createdAt,
    updatedAt: dateIn(attributes, 'updated_at') ?? now,
    deactivatedAt,
    deactivationReason: textIn(attributes, 'deactivation_reason'),
    subscription:
      paymentType === 'subscription' || paymentType === 'multipay'
        ? subscriptionIn(attributes, terms, deactivatedAt !== null && deactivatedAt <= now)
        : null,
  }
}

/** Other words for statuses. */
const STATUSES: Record<string, SubscriptionStatus> = {
  cancelled: 'canceled',
  trial: 'trialing',
  expired: 'canceled',
  delinquent: 'past_due',
}

function subscriptionIn(
  attributes: Attributes,
  terms: ReturnType<typeof termsIn>,
  hasEnded: boolean,
): MovedSubscription {
  const word = textIn(attributes, 'status')?.toLowerCase() ?? ''
  const status = SUBSCRIPTION_STATUSES.find((one) => one === word) ?? STATUSES[word]
  const ended = textIn(attributes, 'deactivation_reason') === 'refund' ? 'active' : 'canceled'
  const interval: Interval =
    oneOfIn(attributes, 'interval', INTERVALS) ?? (terms.interval as Interval) ?? 'month'
  return {
    status: status ?? (hasEnded ? ended : 'active'),
    interval,
    intervalCount: numberIn(attributes, 'interval_count') ?? terms.interval_count ?? 1,
    paymentsTotal: numberIn(attributes, 'payment_plan_total_payments') ?? terms.payments_total ?? null,
    trialEndsAt: dateIn(attributes, 'trial_end_at'),
    periodEnd: dateIn(attributes, 'current_period_end_at'),
    cancelAt: dateIn(attributes, 'cancel_at'),
  }
}

interface WantedTransaction extends Wanted {
  attributes: Attributes
  customer: string
  offer: string | null
  order: string | null
  purchases: string[]
}

/** Payments, refunds and disputes. */
export const transactions: SourceList = {
  name: 'transactions',
  path: '/v1/transactions',
  isBySite: true,
  write: (run, siteId, rows) =>
    run.put('transactions', rows.map(readTransaction), {
      write: (fresh) => run.each(fresh, (one) => writeTransaction(run, siteId, one)),
    }),
  finish: (run, siteId) => linkRefunds(run.tx, siteId, run.origin),
}

const readTransaction = (row: SourceRow): WantedTransaction => ({
  id: row.id,
  attributes: Object.fromEntries(Object.entries(row.attributes).filter(([name]) => name !== 'updated_at')),
  customer: oneIn(row, 'customer') ?? '',
  offer: oneIn(row, 'offer'),
  order: oneIn(row, 'order'),
  purchases: manyIn(row, 'purchases') ?? [],
})

const ACTIONS = [
  'charge',
  'refund',
  'subscribe',
  'subscription_charge',
  'free_purchase',
  'test',
  'dispute',
] as const

async function writeTransaction(
  run: PageRun,
  siteId: string,
  { wanted, targetId }: Fresh<WantedTransaction>,
): Promise<Outcome> {
  // Money that has moved does not change.
  if (targetId !== null) return { status: 'unchanged', targetId }
  const { attributes } = wanted
  const customerId = (await run.targets('customers', [wanted.customer])).get(wanted.customer)
  if (customerId === undefined) return skipped('Its customer is not here.')
  const action = oneOfIn(attributes, 'action', ACTIONS)
  if (action === null) return skipped(`Its action is not known here: ${textIn(attributes, 'action')}.`)
  const purchaseIds = [...(await run.targets('purchases', wanted.purchases)).values()]
  const amount = numberIn(attributes, 'amount_in_cents') ?? 0
  const tax = numberIn(attributes, 'sales_tax_in_cents') ?? 0
  // Some servers show refunds as positive amounts.
  const sign = action === 'refund' && amount > 0 ? -1 : 1
  const id = await putTransaction(
    run.tx,
    { siteId, siteIds: run.options.siteIds },
    {
      id: isChoosable(wanted.id) ? wanted.id : null,
      customerId,
      offerId: (await run.targets('offers', [wanted.offer ?? ''])).get(wanted.offer ?? '') ?? null,
      orderId: (await run.targets('orders', [wanted.order ?? ''])).get(wanted.order ?? '') ?? null,
      purchaseIds,
      action,
      state: (oneOfIn(attributes, 'state', TRANSACTION_STATES) ?? 'succeeded') as TransactionState,
      paymentType: oneOfIn(attributes, 'payment_type', ['charge', 'multipay', 'subscription'] as const),
      provider: textIn(attributes, 'provider') ?? KAJABI,
      reference: textIn(attributes, 'provider_reference'),
      isTest: flagIn(attributes, 'test'),
      amount: amount * sign,
      tax: tax * sign,
      currency: textIn(attributes, 'currency') ?? 'USD',
      fee: numberIn(attributes, 'payment_fee_in_cents'),
      settlementAmount: numberIn(attributes, 'settlement_amount_in_cents'),
      settlementFee: numberIn(attributes, 'settlement_fee_amount_in_cents'),
      settlementCurrency: textIn(attributes, 'settlement_currency'),
      occurredAt: dateIn(attributes, 'created_at') ?? run.origin.now,
    },
    run.origin,
  )
  if (id === null) return skipped('What it pays for is not here.')
  return { status: 'created', targetId: id }
}
