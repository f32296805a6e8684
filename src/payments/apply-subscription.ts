import { recordEvent } from '../platform/events/events.ts'
import { eventReferences } from '../sales/event-references.ts'
import type { LockedPurchase } from '../sales/purchases/lock-purchase.ts'
import { isFinal, lockSubscription, saveSubscription } from '../sales/subscriptions/save-subscription.ts'
import type { Applying } from './apply-reading.ts'
import { queueTask } from './inbox/queue-task.ts'
import { noteSeen, noteTicket } from './inbox/tickets.ts'
import type { SubscriptionState } from './reading.ts'

/** Stripe announces the end of a trial three days before. */
const TRIAL_NOTICE_MS = 3 * 86_400_000

/** Records how a subscription is now. One whose checkout is not paid yet has no purchase, and nothing to record. */
export async function applySubscription(applying: Applying, state: SubscriptionState): Promise<void> {
  const { tx, account, origin, ticket } = applying
  const { provider } = account
  const { reference, status } = state
  const purchase = await lockSubscription(tx, account.site_id, { provider, reference })
  if (!purchase) return
  await saveSubscription(
    tx,
    purchase,
    {
      status,
      amount: state.amount,
      tax: state.tax,
      interval: state.interval,
      interval_count: state.intervalCount,
      schedule_reference: state.schedule,
      trial_ends_at: state.trialEndsAt,
      period_start: state.periodStart,
      period_end: state.periodEnd,
      cancel_at: state.cancelAt,
      past_due_since: state.pastDueSince,
      ...(state.endedAt && { ended_at: state.endedAt }),
    },
    origin,
    ticket,
  )
  await noteSeen(tx, account, reference, !isFinal(status))
  // Once more would be taken before Stripe's own schedule ends it.
  if (state.isToEnd) await queueTask(tx, account, 'cancel_subscription', reference, origin.now)
  const isPlan = purchase.subscription!.payments_total !== null
  if (isPlan && state.schedule === null && !isFinal(status))
    await queueTask(tx, account, 'limit_payments', reference, origin.now)
  await announceTrialEnd(applying, purchase, state)
}

/** Once for each end: a trial that is extended is announced again. */
async function announceTrialEnd(
  { tx, account, origin }: Applying,
  purchase: LockedPurchase,
  { reference, status, trialEndsAt }: SubscriptionState,
): Promise<void> {
  if (status !== 'trialing' || trialEndsAt === null) return
  const leftMs = trialEndsAt.getTime() - origin.now.getTime()
  if (leftMs <= 0 || leftMs > TRIAL_NOTICE_MS) return
  const notice = `${reference} trial ${trialEndsAt.toISOString()}`
  if (!(await noteTicket(tx, account, notice, '0'))) return
  await recordEvent(
    tx,
    'trial_ending',
    eventReferences(purchase),
    { purchase_id: purchase.id, trial_ends_at: trialEndsAt.toISOString() },
    origin,
  )
}
