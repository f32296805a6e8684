/** Sales in words: states, prices, reasons. */
import { Moment } from '../../parts/dates.tsx'
import { money } from '../../parts/money.ts'
import { State, type Tone } from '../../parts/state.tsx'
import { plural, type TextKey, t, textOr } from '../../texts/translate.ts'
import './sales.css'

/** Of purchases and their subscriptions; what is not listed is plain. */
const TONES: Record<string, Tone> = {
  paid: 'good',
  active: 'good',
  trialing: 'good',
  completed: 'good',
  valid: 'good',
  succeeded: 'good',
  incomplete: 'warn',
  past_due: 'warn',
  initialized: 'warn',
  scheduled: 'warn',
  unpaid: 'bad',
  disputed: 'bad',
  failed: 'bad',
}

/** Statuses of purchases, in the order in which they are offered as a filter. */
export const PURCHASE_STATUSES = [
  'paid',
  'refunded',
  'disputed',
  'trialing',
  'active',
  'past_due',
  'unpaid',
  'paused',
  'canceled',
  'completed',
  'incomplete',
  'incomplete_expired',
]

export const statusName = (status: string): string => textOr(`sales.status.${status}`, status)

/** The state of a purchase, a subscription, a transaction or a coupon, by the API's name. */
export const SaleStatus = ({ status }: { status: string }) => (
  <State tone={TONES[status] ?? 'plain'}>{statusName(status)}</State>
)

interface Ending {
  deactivated_at: string | null
  deactivation_reason: string | null
}

/** Whether a purchase gives access. An end may lie ahead. */
export const givesAccess = ({ deactivated_at }: Ending, now: number): boolean =>
  deactivated_at === null || Date.parse(deactivated_at) > now

export const reasonName = (reason: string | null): string =>
  reason === null ? '' : textOr(`sales.reason.${reason}`, reason)

/** Whether and until when a purchase gives access, and why it does not. */
export function AccessOf({ purchase, now }: { purchase: Ending; now: number }) {
  const { deactivated_at, deactivation_reason } = purchase
  if (deactivated_at === null) return <State tone="good">{t('sales.hasAccess')}</State>
  if (!givesAccess(purchase, now)) return <State tone="plain">{reasonName(deactivation_reason)}</State>
  return (
    <span className="state-with-day">
      <State tone="warn">{t('access.until')}</State>
      <Moment at={deactivated_at} as="end" />
    </span>
  )
}

interface Price {
  amount_in_cents: number
  currency: string
  payment_type: string
  interval: string | null
  interval_count: number | null
  payment_plan_total_payments: number | null
}

/** What is paid, and how often: "$29.00 per month", "6 × $50.00 per month". */
export function priceOf(purchase: Price): string {
  const { amount_in_cents, currency, payment_type, interval, interval_count } = purchase
  if (payment_type === 'free') return t('sales.free')
  const amount = money(amount_in_cents, currency)
  if (interval === null) return amount
  const total = purchase.payment_plan_total_payments
  const each = `${amount} ${plural(`sales.per.${interval}`, interval_count ?? 1)}`
  return total === null ? each : `${total} × ${each}`
}

export const PAYMENT_TYPES: Record<string, TextKey> = {
  free: 'sales.type.free',
  single: 'sales.type.single',
  subscription: 'sales.type.subscription',
  multipay: 'sales.type.multipay',
}

/** What a transaction is, as in "Payment". */
export const actionName = (action: string): string => textOr(`sales.action.${action}`, action)

export const TRANSACTION_STATES = ['succeeded', 'failed', 'initialized']
export const TRANSACTION_ACTIONS = [
  'charge',
  'subscribe',
  'subscription_charge',
  'refund',
  'dispute',
  'free_purchase',
  'test',
]
