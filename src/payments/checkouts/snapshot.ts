import type { OfferForSale } from '../../catalogue/offers/read-for-sale.ts'
import { type Coupon, discountOf } from '../../sales/coupons/find-coupon.ts'
import type { Interval, PaymentType } from '../../sales/states.ts'

/** What a checkout sells, as it was when it began: the price and the coupon stay, whatever changes meanwhile. */
export interface Snapshot {
  title: string
  payment_type: PaymentType
  /** Of each payment, in the smallest unit of the currency, without what a coupon takes off. */
  amount: number
  /** ISO 4217, as in "USD". */
  currency: string
  /** Null: it is paid once. */
  interval: Interval | null
  interval_count: number
  /** Of a payment plan; null: no end. */
  payments_total: number | null
  trial_days: number | null
  coupon: SnapshotCoupon | null
  /** The provider works out the tax, and adds it to the amount; left out: the amount is all there is. */
  is_taxed?: true
}

export interface SnapshotCoupon {
  id: string
  code: string
  /** One of the two is set; the amount is in the currency of the price. */
  percent_off: number | null
  amount_off: number | null
  duration: 'once' | 'repeating' | 'forever'
  months: number | null
}

/** What a checkout that begins now sells. @param hasTrial false: the buyer had one already */
export const snapshotOf = (offer: OfferForSale, coupon: Coupon | null, hasTrial: boolean): Snapshot => ({
  title: offer.title,
  payment_type: offer.payment_type,
  amount: offer.price,
  currency: offer.currency,
  interval: offer.interval,
  interval_count: offer.interval_count,
  payments_total: offer.payments_total,
  trial_days: hasTrial ? offer.trial_days : null,
  ...(offer.isTaxed && { is_taxed: true as const }),
  coupon: coupon && {
    id: coupon.id,
    code: coupon.code,
    percent_off: coupon.percent_off === null ? null : Number(coupon.percent_off),
    amount_off: coupon.amount_off_in_cents === null ? null : Number(coupon.amount_off_in_cents),
    duration: coupon.duration,
    months: coupon.duration_in_months,
  },
})

/** What the coupon takes off a payment to which it applies. */
export const discountIn = ({ amount, coupon }: Snapshot): number =>
  coupon === null
    ? 0
    : discountOf(
        {
          percent_off: coupon.percent_off === null ? null : String(coupon.percent_off),
          amount_off_in_cents: coupon.amount_off === null ? null : String(coupon.amount_off),
        },
        amount,
      )

/** Whether nothing is to be paid, now or later: no payment provider takes part then. */
export const isFree = (snapshot: Snapshot): boolean =>
  snapshot.interval === null && snapshot.amount === discountIn(snapshot)
