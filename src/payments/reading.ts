/**
 * What was read at a payment provider, in words that are no provider's: amounts in the smallest unit of their currency
 * (src/platform/text/money.ts), times as dates, references as the provider's ids. A reading says how things are, not
 * what has changed.
 */
import type { Interval, SubscriptionStatus, TransactionState } from '../sales/states.ts'

export type Fact =
  | Sale
  | SubscriptionState
  | Payment
  | FailedPayment
  | Refund
  | DisputeState
  | Payout
  | GoneCustomer

/** The facts in the order in which they can be recorded: what others need comes first. */
export type Reading = Fact[]

/** A checkout, as far as it has come. */
export interface Sale {
  kind: 'sale'
  /** Of the checkout session. */
  reference: string
  /** The token of the checkout; null: Bestow did not begin it. */
  checkout: string | null
  /** `pending`: complete, and the money is not there yet. */
  state: 'open' | 'pending' | 'paid' | 'failed' | 'expired'
  customer: { reference: string | null; email: string | null; name: string | null }
  currency: string
  subtotal: number
  discount: number
  tax: number
  total: number
  orderedAt: Date
}

/** Money that came, will come or did not come. */
export interface Payment {
  kind: 'payment'
  /** Of the charge; of the invoice where there is none, because it was paid outside the provider. */
  reference: string
  /** What it pays for. */
  of: { sale: string } | { subscription: string; isFirst: boolean }
  state: TransactionState
  amount: number
  tax: number
  currency: string
  fee: number | null
  settlement: Settlement | null
  period: { start: Date; end: Date } | null
  payer: { name: string | null; zip: string | null }
  failure: string | null
  occurredAt: Date
}

/** What of it reaches the account, in the account's currency. */
export interface Settlement {
  amount: number
  fee: number
  currency: string
}

/** An attempt to collect a payment of a subscription that failed. */
export interface FailedPayment {
  kind: 'failed_payment'
  /** Of the invoice, with the number of the attempt. */
  reference: string
  subscription: string
  isFirst: boolean
  amount: number
  tax: number
  currency: string
  period: { start: Date; end: Date } | null
  failure: string | null
  occurredAt: Date
}

export interface SubscriptionState {
  kind: 'subscription'
  reference: string
  /** Of the checkout session. */
  sale: string
  /** `completed`: every payment of the plan was made. */
  status: SubscriptionStatus
  /** Every payment of the plan was made, and the provider would take another one. */
  isToEnd: boolean
  /** When the first of the payments failed that are still open; null: none is. */
  pastDueSince: Date | null
  currency: string
  /** Of the next payment: with tax and less discounts that still apply. */
  amount: number
  tax: number
  interval: Interval
  intervalCount: number
  startedAt: Date
  trialEndsAt: Date | null
  periodStart: Date
  periodEnd: Date
  cancelAt: Date | null
  endedAt: Date | null
  schedule: string | null
}

export interface Refund {
  kind: 'refund'
  reference: string
  /** Of the charge. */
  payment: string
  state: TransactionState
  /** Positive. */
  amount: number
  currency: string
  settlement: Settlement | null
  occurredAt: Date
}

export interface DisputeState {
  kind: 'dispute'
  reference: string
  /** Of the charge. */
  payment: string
  status: string
  reason: string
  amount: number
  currency: string
  openedAt: Date
  /** Money that was taken (negative) or given back. */
  movements: { reference: string; amount: number; currency: string; fee: number; occurredAt: Date }[]
}

export interface Payout {
  kind: 'payout'
  reference: string
  status: string
  amount: number
  currency: string
  initiatedAt: Date
  arrivalAt: Date
  bankAccount: string | null
  /** Null: the provider does not say what it consists of. */
  entries: PayoutEntry[] | null
}

export interface PayoutEntry {
  reference: string
  type: 'sale' | 'refund' | 'adjustment'
  /** The charge, the refund or the dispute. */
  source: string | null
  amount: number
  fee: number
  net: number
  currency: string
  description: string | null
  occurredAt: Date
}

/** A customer who was deleted at the provider. */
export interface GoneCustomer {
  kind: 'gone_customer'
  reference: string
}
