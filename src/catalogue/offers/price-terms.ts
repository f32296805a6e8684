/** When the price of an offer is paid: at once, in a number of payments, or again and again. */
import { blankAttribute, invalidAttribute, type Values } from '../../platform/jsonapi/read-attributes.ts'
import type { Row } from '../../platform/jsonapi/resource.ts'
import { formatMoney } from '../../platform/text/money.ts'

export const PAYMENT_TYPES = ['free', 'single', 'multipay', 'subscription'] as const

export const INTERVALS = ['day', 'week', 'month', 'year'] as const

const TERMS = ['price_in_cents', 'payment_type', 'interval', 'interval_count', 'payments_total', 'trial_days']

/** Those of an offer that is paid for at once. */
const NONE = { interval: null, interval_count: 1, payments_total: null, trial_days: null }

/**
 * Completes the price of an offer. The payment type follows from the price unless it is given: an offer with a price is
 * not free, and one without is. A subscription or payment plan is paid every month unless its interval is given; what
 * becomes another type loses the terms that it no longer has.
 *
 * @returns values in the form of the row, so that current ones are no change
 * @throws ApiError 422 for values that contradict each other
 */
export function completeTerms(given: Values, offer: Row | null): Values {
  if (offer && TERMS.every((name) => given[name] === undefined)) return {}
  const price = Number(given.price_in_cents ?? offer?.price_in_cents ?? 0)
  const payment_type = given.payment_type ?? paymentTypeFor(price, offer)
  if (payment_type === 'free' && price !== 0) throw contradiction('cannot be free for an offer with a price')
  if (payment_type !== 'free' && price === 0) throw contradiction('must be free for an offer without a price')
  return { price_in_cents: String(price), payment_type, ...repetition(String(payment_type), given, offer) }
}

function paymentTypeFor(price: number, offer: Row | null) {
  if (price === 0) return 'free'
  return offer && offer.payment_type !== 'free' ? offer.payment_type : 'single'
}

const contradiction = (problem: string) => invalidAttribute('payment_type', 'invalid', problem)

function repetition(type: string, given: Values, offer: Row | null): Values {
  if (type !== 'multipay') refuse(given, ['payments_total'], 'is only for payment plans (multipay)')
  if (type === 'free' || type === 'single') {
    refuse(given, ['interval', 'trial_days'], 'is only for subscriptions and payment plans (multipay)')
    if (given.interval_count !== undefined && given.interval_count !== 1)
      throw invalidAttribute(
        'interval_count',
        'invalid',
        'is only for subscriptions and payment plans (multipay)',
      )
    return NONE
  }
  if (given.interval === null) throw blankAttribute('interval')
  const { interval, interval_count, payments_total, trial_days } = { ...NONE, ...offer, ...given } as Values
  return {
    interval: interval ?? 'month',
    interval_count,
    payments_total: type === 'multipay' ? payments_total : null,
    trial_days,
  }
}

function refuse(given: Values, names: string[], problem: string): void {
  const wrong = names.find((name) => given[name] !== undefined && given[name] !== null)
  if (wrong) throw invalidAttribute(wrong, 'invalid', problem)
}

export interface Price {
  /** In the smallest unit of the currency: a thousand of JPY are ¥1,000. */
  cents: number
  currency: string
  type: (typeof PAYMENT_TYPES)[number]
  interval?: (typeof INTERVALS)[number] | null
  /** How many of the intervals lie between two payments. */
  count?: number
  /** Of a payment plan. */
  payments?: number | null
  trialDays?: number | null
}

const EACH = { day: 'daily', week: 'weekly', month: 'monthly', year: 'yearly' }

/** As in "$199.00 USD", "¥1,000 JPY per month" and "4 monthly payments of $50.00 USD"; a free offer is "Free". */
export function describePrice({ cents, currency, type, trialDays, ...terms }: Price): string {
  if (type === 'free') return 'Free'
  const amount = formatMoney(cents, currency)
  // Of many currencies, the symbol is the code.
  const named = amount.includes(currency) ? amount : `${amount} ${currency}`
  if (type === 'single') return named
  const words = type === 'subscription' ? `${named} ${each(terms)}` : inPayments(named, terms)
  return trialDays ? `${words} after a trial of ${trialDays} ${trialDays === 1 ? 'day' : 'days'}` : words
}

type Terms = Pick<Price, 'interval' | 'count' | 'payments'>

const each = ({ interval, count = 1 }: Terms): string =>
  count === 1 ? `per ${interval ?? 'month'}` : `every ${count} ${interval ?? 'month'}s`

function inPayments(amount: string, { payments, ...terms }: Terms): string {
  if (!payments) return amount
  return (terms.count ?? 1) === 1
    ? `${payments} ${EACH[terms.interval ?? 'month']} payments of ${amount}`
    : `${payments} payments of ${amount}, one ${each(terms)}`
}
