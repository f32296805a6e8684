import type Stripe from 'stripe'
import { idOf, PAYMENTS_METADATA } from './references.ts'

/**
 * Lets the subscription of a payment plan end at Stripe after its last payment, whether Bestow is running then or not: a schedule whose
 * phase lasts as many intervals as there are payments, after the trial.
 */
export async function limitPayments(client: Stripe, id: string): Promise<void> {
  const subscription = await client.subscriptions.retrieve(id)
  const payments = Number(subscription.metadata[PAYMENTS_METADATA] ?? 0)
  if (payments === 0 || ['canceled', 'incomplete_expired'].includes(subscription.status)) return
  // Created from a subscription, it takes no phases at once.
  const schedule = subscription.schedule
    ? await client.subscriptionSchedules.retrieve(idOf(subscription.schedule))
    : await client.subscriptionSchedules.create(
        { from_subscription: id },
        { idempotencyKey: `bestow-schedule-${id}` },
      )
  if (schedule.end_behavior === 'cancel') return
  const { interval, interval_count } = subscription.items.data[0]!.price.recurring!
  const { start_date, items } = schedule.phases[0]!
  const { trial_end } = subscription
  const plan = {
    items: items.map(({ price, quantity }) => ({ price: idOf(price), quantity: quantity ?? 1 })),
    duration: { interval, interval_count: interval_count * payments },
    proration_behavior: 'none' as const,
  }
  const trial = { items: plan.items, start_date, end_date: trial_end!, trial_end: trial_end! }
  await client.subscriptionSchedules.update(schedule.id, {
    end_behavior: 'cancel',
    phases: trial_end === null ? [{ ...plan, start_date }] : [trial, plan],
  })
}
