/** The words of the tables of sales, in the order of a life. */

/** Why a purchase gives no access: see purchase_blocks. */
export const BLOCK_CAUSES = [
  'deactivated',
  'refund',
  'dispute',
  'failed_payment',
  'canceled',
  'expired',
  'contact_deleted',
] as const

export type BlockCause = (typeof BLOCK_CAUSES)[number]

export const PAYMENT_TYPES = ['free', 'single', 'multipay', 'subscription'] as const

export type PaymentType = (typeof PAYMENT_TYPES)[number]

export const SUBSCRIPTION_STATUSES = [
  'incomplete',
  'trialing',
  'active',
  'past_due',
  'unpaid',
  'paused',
  'incomplete_expired',
  'canceled',
  'completed',
] as const

export type SubscriptionStatus = (typeof SUBSCRIPTION_STATUSES)[number]

/** Statuses that never change again. `completed`: every payment of a plan was made. */
export const FINAL_STATUSES = ['incomplete_expired', 'canceled', 'completed'] as const

export const INTERVALS = ['day', 'week', 'month', 'year'] as const

export type Interval = (typeof INTERVALS)[number]

export const TRANSACTION_STATES = ['initialized', 'succeeded', 'failed'] as const

export type TransactionState = (typeof TRANSACTION_STATES)[number]
