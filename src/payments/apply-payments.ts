/** Money that came, did not come, or went back. */

import { recordEvent } from '../platform/events/events.ts'
import { eventReferences } from '../sales/event-references.ts'
import { lockSubscription } from '../sales/subscriptions/save-subscription.ts'
import { lockTransaction } from '../sales/transactions/find-transaction.ts'
import { recordDispute } from '../sales/transactions/record-dispute.ts'
import { recordPayment } from '../sales/transactions/record-payment.ts'
import { recordRefund } from '../sales/transactions/record-refund.ts'
import type { Applying } from './apply-reading.ts'
import { queueTask } from './inbox/queue-task.ts'
import type {
  DisputeState,
  FailedPayment,
  Payment,
  Refund,
  Settlement,
  SubscriptionState,
} from './reading.ts'

/** Of a checkout that takes one payment, it is recorded with the sale. */
export async function applyPayment(applying: Applying, payment: Payment): Promise<void> {
  const { tx, account, origin, ticket } = applying
  const { of, state, reference, amount, tax, fee, period, failure, occurredAt } = payment
  if ('sale' in of) return
  const purchase = await subscriptionOf(applying, of.subscription)
  if (!purchase) return
  await recordPayment(
    tx,
    purchase,
    {
      action: of.isFirst ? 'subscribe' : 'subscription_charge',
      provider: account.provider,
      provider_account_id: account.id,
      reference,
      state,
      amount,
      tax,
      fee,
      ...settlementColumns(payment.settlement),
      period_start: period?.start ?? null,
      period_end: period?.end ?? null,
      failure,
      occurred_at: occurredAt,
      ticket,
    },
    origin,
  )
}

/** Each attempt that failed is a row. The customer is written to while the payment is still open. */
export async function applyFailedPayment(applying: Applying, failed: FailedPayment): Promise<void> {
  const { tx, account, origin, ticket } = applying
  const { reference, isFirst, amount, tax, period, failure, occurredAt } = failed
  const purchase = await subscriptionOf(applying, failed.subscription)
  if (!purchase) return
  const { id, previousState } = await recordPayment(
    tx,
    purchase,
    {
      action: isFirst ? 'subscribe' : 'subscription_charge',
      provider: account.provider,
      provider_account_id: account.id,
      reference,
      state: 'failed',
      amount,
      tax,
      period_start: period?.start ?? null,
      period_end: period?.end ?? null,
      failure,
      occurred_at: occurredAt,
      ticket,
    },
    origin,
  )
  if (previousState !== null || !isOpen(applying, failed)) return
  await recordEvent(
    tx,
    'payment_overdue',
    eventReferences(purchase),
    { purchase_id: purchase.id, transaction_id: id },
    origin,
  )
}

/** Whether it is the last attempt at a payment that was not made since. */
function isOpen({ reading }: Applying, failed: FailedPayment): boolean {
  const state = reading.find((fact): fact is SubscriptionState => fact.kind === 'subscription')
  const last = reading.findLast((fact): fact is FailedPayment => fact.kind === 'failed_payment')
  return state?.pastDueSince != null && last === failed && failed.occurredAt >= state.pastDueSince
}

const subscriptionOf = ({ tx, account: { site_id, provider } }: Applying, reference: string) =>
  lockSubscription(tx, site_id, { provider, reference })

const settlementColumns = (settlement: Settlement | null) => ({
  settlement_amount: settlement?.amount ?? null,
  settlement_fee: settlement?.fee ?? null,
  settlement_currency: settlement?.currency ?? null,
})

export async function applyRefund(applying: Applying, refund: Refund): Promise<void> {
  const { tx, account, origin, ticket } = applying
  const { reference, payment, state, amount, settlement, occurredAt } = refund
  const charge = await lockTransaction(tx, account.site_id, {
    provider: account.provider,
    reference: payment,
  })
  if (!charge) return
  const facts = { state, ...settlementColumns(settlement), occurred_at: occurredAt, ticket }
  await recordRefund(tx, charge, { reference, amount, ...facts }, origin)
}

/** A dispute that is lost ends the subscription as well: the next payment would be disputed, too. */
export async function applyDispute(applying: Applying, dispute: DisputeState): Promise<void> {
  const { tx, account, origin, ticket } = applying
  const { provider, site_id: siteId } = account
  const charge = await lockTransaction(tx, siteId, { provider, reference: dispute.payment })
  if (!charge) return
  const { isLost } = await recordDispute(
    tx,
    charge,
    {
      reference: dispute.reference,
      amount: dispute.amount,
      status: dispute.status,
      reason: dispute.reason,
      opened_at: dispute.openedAt,
      movements: dispute.movements.map(({ reference, amount, fee, occurredAt }) => ({
        reference,
        amount,
        fee,
        occurred_at: occurredAt,
      })),
      ticket,
    },
    origin,
  )
  if (!isLost || charge.subscription_id === null) return
  const purchase = await lockSubscription(tx, siteId, { id: charge.subscription_id })
  const reference = purchase?.subscription?.reference
  if (reference) await queueTask(tx, account, 'cancel_subscription', reference, origin.now)
}
