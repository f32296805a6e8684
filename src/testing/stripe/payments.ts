/** Charges, refunds and disputes of the fake of Stripe, with what they do to the balance. */
import { feeOf } from './money.ts'
import type { Kept } from './objects.ts'
import { StripeRefusal } from './requests.ts'
import { emit, type FakeState } from './state.ts'

interface Payment {
  amount: number
  currency: string
  customer: string | null
  email: string | null
  name: string | null
  metadata: Record<string, string>
  isPending?: boolean
}

/** A payment that succeeds, or waits for a bank. */
export function startPayment(state: FakeState, payment: Payment): Kept<'payment_intent'> {
  const { objects } = state
  const { amount, currency, customer, metadata, isPending } = payment
  const intent = objects.add('payment_intent', {
    amount,
    amount_received: isPending ? 0 : amount,
    currency,
    customer,
    metadata,
    status: isPending ? 'processing' : 'succeeded',
    latest_charge: null,
    last_payment_error: null,
  })
  addCharge(state, intent, payment, isPending ? 'pending' : 'succeeded')
  return intent
}

export function addCharge(
  state: FakeState,
  intent: Kept<'payment_intent'>,
  { email, name }: Pick<Payment, 'email' | 'name'>,
  status: 'succeeded' | 'pending' | 'failed',
): Kept<'charge'> {
  const { amount, currency, customer, metadata } = intent
  const charge = state.objects.add('charge', {
    amount: amount!,
    amount_captured: status === 'succeeded' ? amount! : 0,
    amount_refunded: 0,
    balance_transaction: null,
    billing_details: { email, name, address: { postal_code: '94110', country: 'US' } },
    captured: status === 'succeeded',
    currency: currency!,
    customer: customer as string | null,
    disputed: false,
    failure_code: status === 'failed' ? 'card_declined' : null,
    failure_message: status === 'failed' ? 'Your card was declined.' : null,
    metadata: metadata!,
    paid: status === 'succeeded',
    payment_intent: intent.id,
    refunded: false,
    status,
  })
  if (status === 'succeeded') addToBalance(state, charge, charge.amount!, feeOf(charge.amount!), 'charge')
  intent.latest_charge = charge.id
  emit(
    state,
    status === 'failed' ? 'charge.failed' : status === 'pending' ? 'charge.pending' : 'charge.succeeded',
    charge,
  )
  return charge
}

function addToBalance(
  { objects }: FakeState,
  source: Kept<'charge'> | Kept<'refund'>,
  amount: number,
  fee: number,
  type: 'charge' | 'refund',
): void {
  const entry = objects.add('balance_transaction', {
    amount,
    currency: source.currency!,
    exchange_rate: null,
    fee,
    net: amount - fee,
    reporting_category: type,
    source: source.id,
    status: 'available',
    type,
    description: null,
  })
  source.balance_transaction = entry.id
}

/** The bank of a pending payment has paid, or has not. */
export function settlePayment(state: FakeState, intent: Kept<'payment_intent'>, succeeds: boolean): void {
  const charge = state.objects.get('charge', intent.latest_charge)
  charge.status = succeeds ? 'succeeded' : 'failed'
  charge.paid = succeeds
  charge.captured = succeeds
  charge.amount_captured = succeeds ? charge.amount! : 0
  charge.failure_code = succeeds ? null : 'bank_account_restricted'
  charge.failure_message = succeeds ? null : 'The bank did not pay.'
  intent.status = succeeds ? 'succeeded' : 'requires_payment_method'
  intent.amount_received = succeeds ? intent.amount! : 0
  if (succeeds) addToBalance(state, charge, charge.amount!, feeOf(charge.amount!), 'charge')
  emit(state, succeeds ? 'charge.succeeded' : 'charge.failed', charge)
}

/** @throws StripeRefusal when there is less left to refund */
export function refundCharge(
  state: FakeState,
  charge: Kept<'charge'>,
  amount = charge.amount! - charge.amount_refunded!,
  metadata: Record<string, string> = {},
): Kept<'refund'> {
  if (charge.disputed)
    throw new StripeRefusal(400, `Charge ${charge.id} has been charged back; cannot issue a refund.`, {
      code: 'charge_disputed',
    })
  if (amount <= 0 || amount > charge.amount! - charge.amount_refunded!)
    throw new StripeRefusal(400, `Refund amount (${amount}) is greater than unrefunded amount on charge.`, {
      param: 'amount',
    })
  const refund = state.objects.add('refund', {
    amount,
    balance_transaction: null,
    charge: charge.id,
    currency: charge.currency!,
    metadata,
    payment_intent: charge.payment_intent as string,
    reason: null,
    status: 'succeeded',
  })
  addToBalance(state, refund, -amount, 0, 'refund')
  charge.amount_refunded! += amount
  charge.refunded = charge.amount_refunded === charge.amount
  emit(state, 'refund.created', refund)
  emit(state, 'charge.refunded', charge)
  return refund
}

/** The bank could not take a refund; the money is back. */
export function failRefund(state: FakeState, refund: Kept<'refund'>): void {
  const charge = state.objects.get('charge', refund.charge)
  refund.status = 'failed'
  refund.failure_reason = 'lost_or_stolen_card'
  charge.amount_refunded! -= refund.amount!
  charge.refunded = false
  emit(state, 'refund.failed', refund)
}

/** @param isInquiry a question of the bank, for which no money is taken */
export function openDispute(state: FakeState, charge: Kept<'charge'>, isInquiry = false): Kept<'dispute'> {
  const dispute = state.objects.add('dispute', {
    amount: charge.amount! - charge.amount_refunded!,
    balance_transactions: [],
    charge: charge.id,
    currency: charge.currency!,
    metadata: {},
    payment_intent: charge.payment_intent as string,
    reason: 'fraudulent',
    status: isInquiry ? 'warning_needs_response' : 'needs_response',
  })
  charge.disputed = !isInquiry
  if (!isInquiry) moveDisputed(state, dispute, -dispute.amount!, 1500)
  emit(state, 'charge.dispute.created', dispute)
  return dispute
}

export function closeDispute(
  state: FakeState,
  dispute: Kept<'dispute'>,
  status: 'won' | 'lost' | 'warning_closed',
): void {
  const charge = state.objects.get('charge', dispute.charge)
  dispute.status = status
  if (status === 'won') {
    moveDisputed(state, dispute, dispute.amount!, 0)
    charge.disputed = false
  }
  emit(state, 'charge.dispute.closed', dispute)
}

function moveDisputed({ objects }: FakeState, dispute: Kept<'dispute'>, amount: number, fee: number): void {
  const entry = objects.add('balance_transaction', {
    amount,
    currency: dispute.currency!,
    exchange_rate: null,
    fee,
    net: amount - fee,
    reporting_category: amount < 0 ? 'dispute' : 'dispute_reversal',
    source: dispute.id,
    status: 'available',
    type: 'adjustment',
    description: null,
  })
  dispute.balance_transactions = [...dispute.balance_transactions!, entry]
}
