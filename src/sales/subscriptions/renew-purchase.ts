import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import type { Origin } from '../../platform/events/events.ts'
import { ApiError, unprocessable } from '../../platform/jsonapi/errors.ts'
import { endOfPeriod } from '../add-interval.ts'
import { readTimeAfter } from '../given-time.ts'
import { type LockedPurchase, type LockedSubscription, lockPurchase } from '../purchases/lock-purchase.ts'
import { settlePurchases } from '../settle/settle-purchases.ts'
import { lockTransaction } from '../transactions/find-transaction.ts'
import { recordPayment } from '../transactions/record-payment.ts'
import { isFinal, saveSubscription } from './save-subscription.ts'

/** A payment, or an attempt at one, as a request names it. */
export interface GivenPayment {
  amount_in_cents?: number
  sales_tax_in_cents?: number
  provider_reference?: string
  /** When it was paid, or tried. */
  occurred_at?: string
  /** Why it failed. */
  failure?: string | null
}

export interface RecordedPayment {
  id: string
  isNew: boolean
}

/**
 * Records the next payment of a subscription or payment plan: its period goes on, payments that had failed before it are
 * settled, and a plan whose last payment it is becomes complete. One that was made before the subscription was canceled
 * is recorded afterwards, too. Idempotent by reference.
 *
 * @throws ApiError 422 for a purchase whose subscription had ended by then, or that has none, and for one that a provider
 *   charges itself; for a reference that is known with another amount, and values that contradict each other
 */
export async function renewPurchase(
  tx: Tx,
  locked: LockedPurchase,
  given: GivenPayment,
  origin: Origin,
): Promise<RecordedPayment> {
  const known = await findKnown(tx, locked, given, 'succeeded')
  if (known) return known
  const purchase = await settled(tx, locked, origin)
  const subscription = ownSubscription(purchase)
  const amounts = amountsOf(subscription, given)
  const paidAt = readPaymentTime(purchase, given, origin.now)
  assertNotEnded(purchase, subscription, paidAt, 'succeeded')
  const { made, lastAt } = await countPayments(tx, purchase)
  const period_start = nextPeriod(subscription, made, paidAt)
  const { interval, interval_count, trial_ends_at } = subscription
  const period_end = endOfPeriod(period_start, {
    first: trial_ends_at === null ? purchase.ordered_at : new Date(trial_ends_at),
    interval,
    interval_count,
    zone: purchase.time_zone,
  })
  const saved = await recordPayment(
    tx,
    purchase,
    {
      ...amounts,
      action: made === 0 ? 'subscribe' : 'subscription_charge',
      state: 'succeeded',
      provider: purchase.provider,
      reference: given.provider_reference ?? null,
      provider_account_id: null,
      period_start,
      period_end,
      occurred_at: paidAt,
    },
    origin,
  )
  const isComplete = subscription.payments_total !== null && made + 1 >= subscription.payments_total
  const past_due_since = isComplete ? null : await failedSince(tx, purchase)
  const status = isComplete ? 'completed' : past_due_since === null ? 'active' : 'past_due'
  const ended_at = lastAt !== null && lastAt > paidAt ? lastAt : paidAt
  await saveSubscription(
    tx,
    purchase,
    { status, past_due_since, period_start, period_end, ...(isComplete && { ended_at }) },
    origin,
  )
  return { id: saved.id, isNew: true }
}

/**
 * Records that a payment failed. Access goes on for the days that the site gives, counted from the first one that
 * failed. An attempt that is reported after a later one has succeeded changes nothing else. Idempotent by reference.
 *
 * @throws ApiError as renewPurchase()
 */
export async function failPayment(
  tx: Tx,
  locked: LockedPurchase,
  given: GivenPayment,
  origin: Origin,
): Promise<RecordedPayment> {
  const known = await findKnown(tx, locked, given, 'failed')
  if (known) return known
  const purchase = await settled(tx, locked, origin)
  const subscription = ownSubscription(purchase)
  const amounts = amountsOf(subscription, given)
  const failedAt = readPaymentTime(purchase, given, origin.now)
  assertNotEnded(purchase, subscription, failedAt, 'failed')
  const saved = await recordPayment(
    tx,
    purchase,
    {
      ...amounts,
      action: 'subscription_charge',
      state: 'failed',
      provider: purchase.provider,
      reference: given.provider_reference ?? null,
      provider_account_id: null,
      period_start: null,
      period_end: null,
      failure: given.failure ?? null,
      occurred_at: failedAt,
    },
    origin,
  )
  const since = await failedSince(tx, purchase)
  if (since !== null) {
    // One that was imported, or whose trial is over, can have been past due before any failure that is known.
    const known = subscription.past_due_since ?? since
    const past_due_since = new Date(Math.min(since.getTime(), new Date(known).getTime()))
    await saveSubscription(tx, purchase, { status: 'past_due', past_due_since }, origin)
  }
  return { id: saved.id, isNew: true }
}

/** The period after the one that is paid for. The first one begins with the payment when that comes before the trial ends. */
function nextPeriod({ period_end }: LockedSubscription, made: number, paidAt: Date): Date {
  const end = period_end === null ? paidAt : new Date(period_end)
  return made === 0 && end > paidAt ? paidAt : end
}

/** @throws ApiError 422 for more tax than there is amount, which it is a part of */
function amountsOf(
  subscription: Pick<LockedSubscription, 'amount' | 'tax'>,
  given: GivenPayment,
): { amount: number; tax: number } {
  const amount = given.amount_in_cents ?? subscription.amount
  const tax = given.sales_tax_in_cents ?? (given.amount_in_cents === undefined ? subscription.tax : 0)
  if (tax <= amount) return { amount, tax }
  throw unprocessable(
    'invalid',
    `sales_tax_in_cents must be at most ${amount}: the amount is with tax`,
    '/data/attributes/sales_tax_in_cents',
  )
}

/** @throws ApiError 422, also for a time before the purchase */
const readPaymentTime = (
  { ordered_at, time_zone: zone }: LockedPurchase,
  { occurred_at }: GivenPayment,
  now: Date,
): Date => readTimeAfter(occurred_at, 'occurred_at', { now, zone }, { paidAt: ordered_at, what: 'the order' })

/** The purchase, after what time has done to its subscription by now. */
async function settled(tx: Tx, purchase: LockedPurchase, origin: Origin): Promise<LockedPurchase> {
  const { site_id: siteId, id, subscription } = purchase
  const changesAt = [
    subscription?.cancel_at,
    subscription?.status === 'trialing' ? subscription.trial_ends_at : null,
  ]
  if (!changesAt.some((time) => time && new Date(time) <= origin.now)) return purchase
  await settlePurchases(tx, siteId, [id], origin)
  return lockPurchase(tx, [siteId], id)
}

/** @throws ApiError 422 for a purchase that has no subscription, or one that a provider charges */
function ownSubscription({ id, subscription }: LockedPurchase): LockedSubscription {
  if (!subscription)
    throw new ApiError(422, 'no_subscription', `The purchase ${id} has no subscription and no payment plan.`)
  if (subscription.provider_account_id !== null)
    throw new ApiError(
      422,
      'charged_by_provider',
      `${subscription.provider} charges the subscription of the purchase ${id}, and its payments are recorded as it reports them.`,
    )
  return subscription
}

/**
 * Reports arrive late: what was paid or tried before a subscription ended still belongs to it. A plan that is complete has
 * all of its payments.
 *
 * @throws ApiError 422
 */
function assertNotEnded(
  { id }: LockedPurchase,
  { status, ended_at }: LockedSubscription,
  at: Date,
  state: 'succeeded' | 'failed',
): void {
  if (!isFinal(status)) return
  const isComplete = status === 'completed' && state === 'succeeded'
  if (!isComplete && at < new Date(ended_at!)) return
  throw new ApiError(
    422,
    'subscription_ended',
    isComplete
      ? `The payment plan of the purchase ${id} is completed: all of its payments are recorded. Record a new order.`
      : `The subscription of the purchase ${id} has ended: it is ${status} since ${new Date(ended_at!).toISOString()}. Record a new order; for a payment that was made or tried before, give its occurred_at.`,
  )
}

/** What was recorded under the same reference before. @throws ApiError 422 when it is something else */
async function findKnown(
  tx: Tx,
  { site_id, id, provider, subscription }: LockedPurchase,
  given: GivenPayment,
  state: 'succeeded' | 'failed',
): Promise<RecordedPayment | null> {
  const { provider_reference: reference } = given
  if (reference === undefined) return null
  const found = await lockTransaction(tx, site_id, { provider, reference })
  if (!found) return null
  const isOfPurchase = subscription !== null && found.subscription_id === subscription.id
  const { amount, tax } = subscription ? amountsOf(subscription, given) : found
  if (isOfPurchase && found.state === state && found.amount === amount && found.tax === tax)
    return { id: found.id, isNew: false }
  throw unprocessable(
    'taken',
    `The transaction ${found.id} has this reference, and is another payment: of another purchase, amount or tax, or with another outcome. Use another provider_reference for another payment of the purchase ${id}`,
    '/data/attributes/provider_reference',
  )
}

/**
 * When the first payment failed after the last one that succeeded, whatever was reported first; null: none has. Of two at
 * the same time, the one that was reported later is the later one.
 */
async function failedSince(tx: Tx, { site_id, id }: LockedPurchase): Promise<Date | null> {
  const { rows } = await sql<{ since: Date }>`
    with payments as (
      select t.state, t.occurred_at, t.id
        from transaction_purchases tp join transactions t on t.id = tp.transaction_id and t.site_id = tp.site_id
       where tp.purchase_id = ${id} and tp.site_id = ${site_id} and t.amount > 0
         and t.action in ('charge', 'subscribe', 'subscription_charge')
    )
    select f.occurred_at as since from payments f
     where f.state = 'failed'
       and not exists (select from payments s
                        where s.state = 'succeeded' and (s.occurred_at, s.id) > (f.occurred_at, f.id))
     order by f.occurred_at limit 1`.execute(tx)
  return rows[0]?.since ?? null
}

/** How many payments of a purchase have succeeded, counted, so that nothing can be counted twice; and when the last one did. */
async function countPayments(
  tx: Tx,
  { site_id, id }: LockedPurchase,
): Promise<{ made: number; lastAt: Date | null }> {
  const { rows } = await sql<{ made: number; lastAt: Date | null }>`
    select count(*)::integer as made, max(t.occurred_at) as "lastAt"
      from transaction_purchases tp join transactions t on t.id = tp.transaction_id and t.site_id = tp.site_id
     where tp.purchase_id = ${id} and tp.site_id = ${site_id} and t.state = 'succeeded' and t.amount > 0
       and t.action in ('subscribe', 'subscription_charge')`.execute(tx)
  return rows[0]!
}
