import type Stripe from 'stripe'
import type { DisputeState, Reading, Refund } from '../reading.ts'
import { currencyOf, fromStripe, timeOf } from './amounts.ts'
import { readInvoice } from './read-invoice.ts'
import { settlementIn } from './read-payment.ts'
import { readSession } from './read-session.ts'
import { idOf } from './references.ts'

/** A charge with what it paid for and its refunds; nothing for one that no checkout led to. */
export async function readChargeHistory(client: Stripe, id: string): Promise<Reading> {
  const charge = await client.charges.retrieve(id)
  const sold = await readSold(client, charge)
  if (sold.length === 0) return []
  const refunds = await client.refunds
    .list({ charge: id, limit: 100, expand: ['data.balance_transaction'] })
    .autoPagingToArray({ limit: 1_000 })
  // The oldest first, as they happened.
  return [...sold, ...refunds.toReversed().map((refund) => refundOf(refund, id))]
}

/** What a charge paid for: an invoice of a subscription, or a checkout. */
async function readSold(client: Stripe, { payment_intent }: Stripe.Charge): Promise<Reading> {
  if (payment_intent === null) return []
  const intent = idOf(payment_intent)
  const invoices = await client.invoicePayments.list({
    payment: { type: 'payment_intent', payment_intent: intent },
    limit: 1,
  })
  const invoice = invoices.data[0]?.invoice
  if (invoice) return readInvoice(client, idOf(invoice))
  const sessions = await client.checkout.sessions.list({ payment_intent: intent, limit: 1 })
  const session = sessions.data[0]
  return session ? readSession(client, session.id) : []
}

function refundOf(refund: Stripe.Refund, charge: string): Refund {
  const { balance_transaction: entry } = refund
  return {
    kind: 'refund',
    reference: refund.id,
    payment: charge,
    state: stateOf(refund.status),
    amount: fromStripe(refund.amount, refund.currency),
    currency: currencyOf(refund.currency),
    settlement: entry === null || typeof entry === 'string' ? null : settlementIn(entry),
    occurredAt: timeOf(refund.created),
  }
}

/** A refund that waits counts as done: the money has left the account. */
const stateOf = (status: string | null): Refund['state'] =>
  status === 'failed' || status === 'canceled' ? 'failed' : 'succeeded'

/** A dispute with what the disputed charge paid for, and with the refunds of it. */
export async function readDispute(client: Stripe, id: string): Promise<Reading> {
  const dispute = await client.disputes.retrieve(id)
  const charge = idOf(dispute.charge)
  const reading = await readChargeHistory(client, charge)
  return reading.length === 0 ? [] : [...reading, disputeOf(dispute, charge)]
}

const disputeOf = (dispute: Stripe.Dispute, charge: string): DisputeState => ({
  kind: 'dispute',
  reference: dispute.id,
  payment: charge,
  status: dispute.status,
  reason: dispute.reason,
  amount: fromStripe(dispute.amount, dispute.currency),
  currency: currencyOf(dispute.currency),
  openedAt: timeOf(dispute.created),
  movements: dispute.balance_transactions.map((entry) => ({
    reference: entry.id,
    ...settlementIn(entry),
    occurredAt: timeOf(entry.created),
  })),
})
