import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import type { Origin } from '../../platform/events/events.ts'
import { ApiError, unprocessable } from '../../platform/jsonapi/errors.ts'
import { addInterval } from '../add-interval.ts'
import { readTime } from '../given-time.ts'
import type { LockedPurchase, LockedSubscription } from '../purchases/lock-purchase.ts'
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
 * Records the next payment of a subscription or payment plan: its period goes on, payments that had failed are settled,
 * and a plan whose last payment it is becomes complete. Idempotent by reference.
 *
 * @throws ApiError 422 for a purchase without a subscription that goes on, and one that a provider charges itself
 */
export async function renewPurchase(
  tx: Tx,
  purchase: LockedPurchase,
  given: GivenPayment,
  origin: Origin,
): Promise<RecordedPayment> {
  const known = await findKnown(tx, purchase, given, 'succeeded')
  if (known) return known
  const subscription = runningSubscription(purchase)
  const paidAt = readTime(given.occurred_at, 'occurred_at', origin.now)
  const made = await countPayments(tx, purchase)
  const period_start = nextPeriod(subscription, made, paidAt)
  const period_end = addInterval(period_start, subscription.interval, subscription.interval_count)
  const saved = await recordPayment(
    tx,
    purchase,
    {
      ...amountsOf(subscription, given),
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
  await saveSubscription(
    tx,
    purchase,
    { status: isComplete ? 'completed' : 'active', past_due_since: null, period_start, period_end },
    origin,
  )
  return { id: saved.id, isNew: true }
}

/**
 * Records that a payment failed. Access goes on for the days that the site gives, counted from the first one that
 * failed. Idempotent by reference.
 *
 * @throws ApiError as renewPurchase()
 */
export async function failPayment(
  tx: Tx,
  purchase: LockedPurchase,
  given: GivenPayment,
  origin: Origin,
): Promise<RecordedPayment> {
  const known = await findKnown(tx, purchase, given, 'failed')
  if (known) return known
  const subscription = runningSubscription(purchase)
  const failedAt = readTime(given.occurred_at, 'occurred_at', origin.now)
  const saved = await recordPayment(
    tx,
    purchase,
    {
      ...amountsOf(subscription, given),
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
  const since = subscription.past_due_since === null ? failedAt : new Date(subscription.past_due_since)
  await saveSubscription(tx, purchase, { status: 'past_due', past_due_since: since }, origin)
  return { id: saved.id, isNew: true }
}

/** The period after the one that is paid for. The first one begins with the payment when that comes before the trial ends. */
function nextPeriod({ period_end }: LockedSubscription, made: number, paidAt: Date): Date {
  const end = period_end === null ? paidAt : new Date(period_end)
  return made === 0 && end > paidAt ? paidAt : end
}

const amountsOf = ({ amount, tax }: LockedSubscription, given: GivenPayment) => ({
  amount: given.amount_in_cents ?? amount,
  tax: given.sales_tax_in_cents ?? (given.amount_in_cents === undefined ? tax : 0),
})

function runningSubscription({ id, subscription }: LockedPurchase): LockedSubscription {
  if (!subscription)
    throw new ApiError(422, 'no_subscription', `The purchase ${id} has no subscription and no payment plan.`)
  if (isFinal(subscription.status))
    throw new ApiError(
      422,
      'subscription_ended',
      `The subscription of the purchase ${id} has ended: it is ${subscription.status}. Record a new order.`,
    )
  if (subscription.provider_account_id !== null)
    throw new ApiError(
      422,
      'charged_by_provider',
      `${subscription.provider} charges the subscription of the purchase ${id}, and its payments are recorded as it reports them.`,
    )
  return subscription
}

/** What was recorded under the same reference before. @throws ApiError 422 when it is something else */
async function findKnown(
  tx: Tx,
  { site_id, id, provider, subscription }: LockedPurchase,
  { provider_reference: reference }: GivenPayment,
  state: 'succeeded' | 'failed',
): Promise<RecordedPayment | null> {
  if (reference === undefined) return null
  const found = await lockTransaction(tx, site_id, { provider, reference })
  if (!found) return null
  if (found.subscription_id === subscription?.id && found.state === state)
    return { id: found.id, isNew: false }
  throw unprocessable(
    'taken',
    `The transaction ${found.id} has this reference, and is not the same payment of the purchase ${id}`,
    '/data/attributes/provider_reference',
  )
}

/** How many payments of a purchase have succeeded: counted, so that nothing can be counted twice. */
async function countPayments(tx: Tx, { site_id, id }: LockedPurchase): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count
      from transaction_purchases tp join transactions t on t.id = tp.transaction_id and t.site_id = tp.site_id
     where tp.purchase_id = ${id} and tp.site_id = ${site_id} and t.state = 'succeeded' and t.amount > 0
       and t.action in ('subscribe', 'subscription_charge')`.execute(tx)
  return rows[0]!.count
}
