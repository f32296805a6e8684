import type Stripe from 'stripe'
import type { Interval, SubscriptionStatus } from '../../sales/states.ts'
import type { FailedPayment, Payment, Reading, SubscriptionState } from '../reading.ts'
import { currencyOf, timeOf, timeOrNull } from './amounts.ts'
import { nextPayment } from './next-payment.ts'
import { paymentsOf, readWholeInvoice } from './read-invoice.ts'
import { saleOf } from './read-session.ts'
import { idOf, PAYMENTS_METADATA } from './references.ts'

/**
 * A subscription with the checkout that began it, and with the payments of its first and its latest invoice. Its state
 * comes last: whether a plan is complete follows from its payments.
 *
 * @param known the session that began it, where it was read already
 * @returns nothing for a subscription that no checkout began
 */
export async function readSubscription(
  client: Stripe,
  id: string,
  known?: Stripe.Checkout.Session,
): Promise<Reading> {
  const subscription = await client.subscriptions.retrieve(id, { expand: ['discounts.source.coupon'] })
  const session = known ?? (await client.checkout.sessions.list({ subscription: id, limit: 1 })).data[0]
  if (!session) return []
  const { latest_invoice } = subscription
  const latest = latest_invoice === null ? null : await readWholeInvoice(client, idOf(latest_invoice))
  const first = session.invoice === null ? null : idOf(session.invoice)
  const payments = [
    ...(first === null || first === latest?.id
      ? []
      : await paymentsOf(client, await readWholeInvoice(client, first), id)),
    ...(latest ? await paymentsOf(client, latest, id) : []),
  ]
  const isPaid = await isPlanPaid(client, subscription)
  return [saleOf(session), ...payments, stateOf(subscription, session, latest, payments, isPaid)]
}

function stateOf(
  subscription: Stripe.Subscription,
  session: Stripe.Checkout.Session,
  latest: Stripe.Invoice | null,
  payments: (Payment | FailedPayment)[],
  isPaid: boolean,
): SubscriptionState {
  const item = subscription.items.data[0]!
  const { recurring } = item.price
  const periodEnd = timeOf(item.current_period_end)
  const hasEnded = subscription.status === 'canceled'
  return {
    kind: 'subscription',
    reference: subscription.id,
    sale: session.id,
    status: isPaid ? 'completed' : statusOf(subscription),
    isToEnd: isPaid && !hasEnded,
    pastDueSince: pastDueSince(subscription, latest, payments),
    currency: currencyOf(subscription.currency),
    ...nextPayment(subscription, latest),
    interval: recurring!.interval as Interval,
    intervalCount: recurring!.interval_count,
    startedAt: timeOf(subscription.start_date),
    trialEndsAt: timeOrNull(subscription.trial_end),
    periodStart: timeOf(item.current_period_start),
    periodEnd,
    // The customer portal sets only the first of them.
    cancelAt: timeOrNull(subscription.cancel_at) ?? (subscription.cancel_at_period_end ? periodEnd : null),
    endedAt: timeOrNull(subscription.ended_at),
    schedule: subscription.schedule && idOf(subscription.schedule),
  }
}

/** Every status of Stripe is one of ours; a collection that is paused gives no access. */
const statusOf = ({ status, pause_collection }: Stripe.Subscription): SubscriptionStatus =>
  pause_collection && status !== 'canceled' ? 'paused' : (status as SubscriptionStatus)

function pastDueSince(
  { status }: Stripe.Subscription,
  latest: Stripe.Invoice | null,
  payments: (Payment | FailedPayment)[],
): Date | null {
  if ((status !== 'past_due' && status !== 'unpaid') || latest === null) return null
  const failed = payments.filter(
    (fact): fact is FailedPayment =>
      fact.kind === 'failed_payment' && fact.reference.startsWith(`${latest.id}#`),
  )
  return failed[0]?.occurredAt ?? timeOf(latest.created)
}

/** Whether every payment of a plan was made. They are counted: notifications of them may still be to come. */
async function isPlanPaid(client: Stripe, { id, metadata }: Stripe.Subscription): Promise<boolean> {
  const payments = Number(metadata[PAYMENTS_METADATA] ?? 0)
  if (payments === 0) return false
  const paid = await client.invoices
    .list({ subscription: id, status: 'paid', limit: 100 })
    .autoPagingToArray({ limit: 1_000 })
  return paid.filter(({ amount_paid }) => amount_paid > 0).length >= payments
}
