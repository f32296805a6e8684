import type { Tx } from '../../../platform/db/database.ts'
import { dateOrder } from '../../../sales/moved/date-order.ts'
import { KAJABI, nameSubscription, orderOfFile } from '../../../sales/moved/find-same.ts'
import { recordSales, type SoldSubscription } from '../../../sales/orders/record-sales.ts'
import type { LockedPurchase } from '../../../sales/purchases/lock-purchase.ts'
import type { Interval, SubscriptionStatus } from '../../../sales/states.ts'
import {
  isFinal,
  lockSubscription,
  type SubscriptionState,
  saveSubscription,
} from '../../../sales/subscriptions/save-subscription.ts'
import type { ImportContext, ImportKind, ImportRow, RowOutcome } from '../../import-kind.ts'
import { RowProblem } from '../../row-problem.ts'
import { performEach } from '../each-row.ts'
import {
  amountIn,
  buyerOf,
  currencyIn,
  type FindOffer,
  knownBuyerOf,
  nameElsewhere,
  offersOf,
  pastTimeIn,
  referenceIn,
  type SoldOffer,
  saleFields,
  timeIn,
} from './read-sale.ts'

export const importSubscriptions: ImportKind = {
  name: 'subscriptions',
  summary: 'import subscriptions and payment plans, with the access that they give',
  hasCustomFields: false,
  needs: ['manage:orders', 'manage:contacts'],
  fields: [
    {
      name: 'subscription_id',
      labels: ['Kajabi Subscription ID', 'Subscription ID', 'ID'],
      description: 'By which the subscription is found',
      isRequired: true,
    },
    ...saleFields,
    {
      name: 'interval',
      labels: ['Interval'],
      description: 'month, year, every 3 months; otherwise that of the offer',
    },
    { name: 'next_payment_date', labels: ['Next Payment Date'], description: 'When the period ends' },
    { name: 'canceled_on', labels: ['Canceled On'], description: 'When it ended, or will end' },
    { name: 'trial_ends_on', labels: ['Trial Ends On'], description: 'When the trial ends' },
  ],
  async perform(tx, context, groups) {
    const findOffer = await offersOf(tx, context)
    return performEach(tx, context, groups.flat(), (row) => importSubscription(tx, context, row, findOffer))
  },
}

async function importSubscription(
  tx: Tx,
  context: ImportContext,
  row: ImportRow,
  findOffer: FindOffer,
): Promise<RowOutcome> {
  const { siteId, origin } = context
  const name = { provider: KAJABI, reference: referenceIn(row, 'subscription_id') }
  const offer = findOffer(row)
  const state = readState(context, row, offer)
  const known = await findKnown(tx, context, row, offer, name)
  if (known === null) {
    const contactId = await sell(tx, context, row, offer, name.reference)
    const purchase = (await lockSubscription(tx, siteId, name))!
    if (isDifferent(purchase.subscription!, state)) await saveSubscription(tx, purchase, state, origin)
    return { status: 'created', contactId, result: { purchase_id: purchase.id } }
  }
  // Of what is charged here, the provider says the state.
  const isChanged = known.subscription!.provider === KAJABI && isDifferent(known.subscription!, state)
  if (isChanged) await saveSubscription(tx, known, state, origin)
  return {
    status: isChanged ? 'changed' : 'unchanged',
    contactId: known.contact_id,
    result: { purchase_id: known.id },
  }
}

/** The same subscription from an earlier file, from this server's own export, or from the API of Kajabi; null: it is new. */
async function findKnown(
  tx: Tx,
  context: ImportContext,
  row: ImportRow,
  offer: SoldOffer,
  name: { provider: string; reference: string },
): Promise<LockedPurchase | null> {
  const { siteId, origin } = context
  const named = await lockSubscription(tx, siteId, name)
  if (named) return named
  const contactId = await knownBuyerOf(tx, context, row)
  if (contactId === null) return null
  const ownName = nameElsewhere(context, name.reference)
  const own = ownName && (await lockSubscription(tx, siteId, ownName))
  if (own && own.contact_id === contactId && own.offer_id === offer.id) return own
  const sought = { contactId, offerId: offer.id, startedAt: pastTimeIn(context, row, 'created_at') }
  return nameSubscription(tx, siteId, sought, name.reference, origin.now)
}

/** Records the sale of a subscription that nothing was paid for yet: payments are a file of their own. */
async function sell(
  tx: Tx,
  context: ImportContext,
  row: ImportRow,
  offer: SoldOffer,
  reference: string,
): Promise<string> {
  const { siteId, origin, settings } = context
  const currency = currencyIn(row, offer)
  const amount = amountIn(row, 'amount', currency)
  const startedAt = pastTimeIn(context, row, 'created_at')
  const contactId = await buyerOf(tx, context, row)
  const trialEnd = timeIn(context, row, 'trial_ends_on')
  const isPlan = offer.payment_type === 'multipay'
  const subscription: SoldSubscription = {
    reference,
    status: 'active',
    amount,
    tax: 0,
    ...intervalOf(row, offer),
    payments_total: isPlan ? offer.payments_total : null,
    trial_ends_at: trialEnd,
    period_start: startedAt,
    period_end: timeIn(context, row, 'next_payment_date'),
  }
  const [outcome] = await recordSales(
    tx,
    [
      {
        siteId,
        contactId,
        origin,
        send_customer_welcome_email: settings.notify,
        provider: KAJABI,
        reference: orderOfFile('subscriptions', reference),
        currency,
        ordered_at: startedAt,
        items: [
          {
            offer_id: offer.id,
            quantity: 1,
            ...{ subtotal: 0, discount: 0, tax: 0, total: 0 },
            payment_type: isPlan ? 'multipay' : 'subscription',
            amount,
            coupon_code: row.values.coupon_used ?? null,
            subscription,
          },
        ],
        payment: null,
      },
    ],
    origin.now,
  )
  if (outcome!.error !== null)
    throw new RowProblem('email', outcome!.error, 'The customer could not be recorded.')
  if (outcome!.isNew) await dateOrder(tx, siteId, outcome!.orderId, startedAt)
  return contactId
}

const STATUSES: Record<string, SubscriptionStatus> = {
  active: 'active',
  trialing: 'trialing',
  trial: 'trialing',
  'in trial': 'trialing',
  'past due': 'past_due',
  delinquent: 'past_due',
  unpaid: 'unpaid',
  paused: 'paused',
  canceled: 'canceled',
  cancelled: 'canceled',
  expired: 'canceled',
  inactive: 'canceled',
  completed: 'completed',
  complete: 'completed',
  'paid off': 'completed',
  'pending cancellation': 'active',
  canceling: 'active',
}

/** The state of a subscription, as far as the row says it; a second import of the same row finds the same. */
function readState(context: ImportContext, row: ImportRow, offer: SoldOffer): SubscriptionState {
  const word = (row.values.status ?? '').toLowerCase().replaceAll('_', ' ')
  const status = STATUSES[word]
  if (status === undefined)
    throw new RowProblem('status', 'invalid', `It must be one of ${Object.keys(STATUSES).join(', ')}.`)
  const canceledOn = timeIn(context, row, 'canceled_on')
  const periodEnd = timeIn(context, row, 'next_payment_date')
  const startedAt = pastTimeIn(context, row, 'created_at')
  const trialEnd = timeIn(context, row, 'trial_ends_on')
  const common = {
    amount: amountIn(row, 'amount', currencyIn(row, offer)),
    ...intervalOf(row, offer),
    trial_ends_at: trialEnd,
    period_end: periodEnd,
  }
  if (status === 'canceled' && canceledOn !== null && canceledOn > context.origin.now)
    return { ...common, status: 'active', cancel_at: canceledOn }
  // As settle_purchases() has it: the trial is over, and no payment was reported.
  if (status === 'trialing' && trialEnd !== null && trialEnd <= context.origin.now)
    return { ...common, status: 'past_due', cancel_at: canceledOn, past_due_since: trialEnd }
  if (isFinal(status)) return { ...common, status, ended_at: canceledOn ?? periodEnd ?? startedAt }
  return {
    ...common,
    status,
    // Null where an end that was planned, or a failed payment, is no more.
    cancel_at: canceledOn,
    past_due_since: ['past_due', 'unpaid'].includes(status) ? (periodEnd ?? startedAt) : null,
  }
}

const INTERVALS: Record<string, [Interval, number]> = {
  day: ['day', 1],
  daily: ['day', 1],
  week: ['week', 1],
  weekly: ['week', 1],
  month: ['month', 1],
  monthly: ['month', 1],
  quarter: ['month', 3],
  quarterly: ['month', 3],
  year: ['year', 1],
  yearly: ['year', 1],
  annual: ['year', 1],
  annually: ['year', 1],
}

/** `Monthly`, `1 month`, `every 3 months`; otherwise that of the offer. */
function intervalOf({ values }: ImportRow, offer: SoldOffer): { interval: Interval; interval_count: number } {
  const [, count = '1', unit = ''] =
    /^(?:every )?(?:(\d{1,3}) )?([a-z]+?)s?$/i.exec(values.interval ?? '') ?? []
  const known = INTERVALS[unit.toLowerCase()]
  if (known) return { interval: known[0], interval_count: known[1] * Number(count) }
  if (values.interval === undefined)
    return { interval: offer.interval ?? 'month', interval_count: offer.interval_count }
  throw new RowProblem('interval', 'invalid', 'It must be an interval such as month, year or every 3 months.')
}

type Kept = Record<string, unknown> & { status: SubscriptionStatus }

/** Whether a subscription is not yet as a row says; one that has ended stays so. */
function isDifferent(kept: object, state: SubscriptionState): boolean {
  const now = kept as Kept
  const { ended_at, ...columns } = state
  if (isFinal(now.status)) return false
  if (ended_at !== undefined) return true
  return Object.entries(columns).some(([name, value]) => comparable(value) !== comparable(now[name]))
}

const comparable = (value: unknown): unknown => {
  if (value instanceof Date) return value.getTime()
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : (value ?? null)
}
