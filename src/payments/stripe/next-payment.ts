import type Stripe from 'stripe'
import { fromStripe } from './amounts.ts'

/** What the next payment of a subscription will be, with the tax of the last one, and the tax in it. */
export function nextPayment(
  subscription: Stripe.Subscription,
  latest: Stripe.Invoice | null,
): { amount: number; tax: number } {
  const { price, quantity = 1, current_period_end } = subscription.items.data[0]!
  const gross = (price.unit_amount ?? 0) * quantity
  const net = subscription.discounts.reduce(
    (left, discount) => left - discountOf(discount, left, current_period_end),
    gross,
  )
  const taxes = taxOf(latest)
  const rate = latest && latest.total > taxes ? taxes / (latest.total - taxes) : 0
  const isInclusive = price.tax_behavior === 'inclusive'
  const tax = Math.round(isInclusive ? (net * rate) / (1 + rate) : net * rate)
  const { currency } = subscription
  return { amount: fromStripe(isInclusive ? net : net + tax, currency), tax: fromStripe(tax, currency) }
}

/** @param left to be paid; @param at in seconds, when it will be */
function discountOf(discount: string | Stripe.Discount, left: number, at: number): number {
  if (typeof discount === 'string' || (discount.end !== null && discount.end <= at)) return 0
  const { coupon } = discount.source
  if (coupon === null || typeof coupon === 'string' || coupon.duration === 'once') return 0
  return Math.min(left, coupon.amount_off ?? Math.round((left * (coupon.percent_off ?? 0)) / 100))
}

/** The tax in an invoice. */
export const taxOf = (invoice: Stripe.Invoice | null): number =>
  (invoice?.total_taxes ?? []).reduce((sum, { amount }) => sum + amount, 0)
