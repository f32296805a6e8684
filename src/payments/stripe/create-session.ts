import type Stripe from 'stripe'
import type { Snapshot } from '../checkouts/snapshot.ts'
import { isChargeable, secondsOf, toStripe } from './amounts.ts'
import { CHECKOUT_METADATA, PAYMENTS_METADATA } from './references.ts'

type Locale = Stripe.Checkout.SessionCreateParams.Locale

export interface WantedSession {
  /** Of the checkout. With the number of the attempt it is the idempotency key: nothing else may decide a parameter. */
  token: string
  attempt: number
  snapshot: Snapshot
  /** The offer as a product at Stripe, and the coupon. */
  product: string
  coupon: string | null
  /** The customer at Stripe, where one is known. */
  customer: string | null
  email: string
  /** Of the page of Stripe; null: that of the browser. */
  language: string | null
  successUrl: string
  cancelUrl: string
  /** Between 30 minutes and 24 hours from now. */
  expiresAt: Date
}

/** Whether a price can be charged exactly: in some currencies Stripe takes no last decimal. */
export const isPriceChargeable = ({ amount, currency }: Snapshot): boolean => isChargeable(amount, currency)

/**
 * Begins a checkout at Stripe: a single payment, a subscription with or without a trial, or a payment plan, which is a
 * subscription that ends. Repeated with the same values, it returns the same session.
 *
 * @throws Stripe's errors; resource_missing with the parameter `customer` when the customer was deleted there
 */
export function createSession(client: Stripe, wanted: WantedSession): Promise<Stripe.Checkout.Session> {
  const { token, attempt, customer, email, snapshot } = wanted
  const isTaxed = snapshot.is_taxed === true
  const isRecurring = snapshot.interval !== null
  return client.checkout.sessions.create(
    {
      mode: isRecurring ? 'subscription' : 'payment',
      line_items: [{ quantity: 1, price_data: priceOf(wanted) }],
      ...(wanted.coupon !== null && { discounts: [{ coupon: wanted.coupon }] }),
      ...(customer === null ? { customer_email: email } : { customer }),
      ...(customer === null && !isRecurring && { customer_creation: 'always' as const }),
      ...(isTaxed && { automatic_tax: { enabled: true } }),
      ...(isTaxed && customer !== null && { customer_update: { address: 'auto' as const } }),
      metadata: { [CHECKOUT_METADATA]: token },
      ...(isRecurring
        ? { subscription_data: subscriptionOf(wanted) }
        : { payment_intent_data: { metadata: { [CHECKOUT_METADATA]: token } } }),
      ...(wanted.language !== null && { locale: wanted.language as Locale }),
      // Prices stay those of the offer.
      adaptive_pricing: { enabled: false },
      success_url: wanted.successUrl,
      cancel_url: wanted.cancelUrl,
      expires_at: secondsOf(wanted.expiresAt),
    },
    { idempotencyKey: `bestow-checkout-${token}-${attempt}` },
  )
}

function priceOf({
  snapshot,
  product,
}: WantedSession): Stripe.Checkout.SessionCreateParams.LineItem.PriceData {
  const { currency, amount, interval, interval_count, is_taxed: isTaxed } = snapshot
  return {
    currency: currency.toLowerCase(),
    unit_amount: toStripe(amount, currency),
    product,
    ...(isTaxed && { tax_behavior: 'exclusive' as const }),
    ...(interval !== null && { recurring: { interval, interval_count } }),
  }
}

function subscriptionOf({
  token,
  snapshot,
}: WantedSession): Stripe.Checkout.SessionCreateParams.SubscriptionData {
  const { trial_days, payments_total } = snapshot
  return {
    metadata: {
      [CHECKOUT_METADATA]: token,
      ...(payments_total !== null && { [PAYMENTS_METADATA]: String(payments_total) }),
    },
    ...(trial_days !== null && {
      trial_period_days: trial_days,
      trial_settings: { end_behavior: { missing_payment_method: 'cancel' as const } },
    }),
  }
}
