import { createHash } from 'node:crypto'
import Stripe from 'stripe'
import type { Snapshot } from '../checkouts/snapshot.ts'
import { toStripe } from './amounts.ts'

/**
 * The coupon of a checkout at Stripe, made when it is used for the first time: one for each thing that a coupon of a
 * site can take off. How often it may be used is counted here alone.
 *
 * @throws Stripe's errors
 */
export async function ensureCoupon(
  client: Stripe,
  siteId: string,
  { coupon, currency, interval }: Snapshot,
): Promise<string | null> {
  if (coupon === null) return null
  const { code, percent_off, amount_off } = coupon
  // What is paid once has one payment.
  const { duration, months } = interval === null ? { duration: 'once' as const, months: null } : coupon
  const terms = {
    duration,
    ...(months !== null && { duration_in_months: months }),
    ...(percent_off !== null
      ? { percent_off }
      : { amount_off: toStripe(amount_off!, currency), currency: currency.toLowerCase() }),
  }
  const digest = createHash('sha256').update(JSON.stringify(terms)).digest('hex').slice(0, 12)
  const id = `bestow-${siteId}-${coupon.id}-${digest}`
  // Stripe shows at most 40 characters of a name.
  await client.coupons.create({ id, name: code.slice(0, 40), ...terms }).catch((error) => {
    if (!isThere(error)) throw error
  })
  return id
}

const isThere = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_already_exists'
