/** What the dialog of a coupon edits. */
import { dayIn, lastDay } from '../../../src/platform/text/zone.ts'

export interface CouponValues {
  code: string
  kind: 'percent' | 'amount'
  percent_off: number | null
  amount_off_in_cents: number | null
  currency: string
  duration: string
  duration_in_months: number | null
  /** Days of the site, as date fields have them; empty: at once, and without end. */
  starts_at: string
  ends_at: string
  max_uses: number | null
  offers: string[]
}

/** As the API shows it. */
export type SavedCoupon = Omit<CouponValues, 'kind' | 'currency' | 'starts_at' | 'ends_at' | 'offers'> & {
  currency: string | null
  starts_at: string | null
  ends_at: string | null
}

export const COUPON_FIELDS = [
  'code',
  'percent_off',
  'amount_off_in_cents',
  'currency',
  'duration',
  'duration_in_months',
  'starts_at',
  'ends_at',
  'max_uses',
  'offers',
]

export const newCoupon = (currency: string): CouponValues => ({
  code: '',
  kind: 'percent',
  percent_off: null,
  amount_off_in_cents: null,
  currency,
  duration: 'once',
  duration_in_months: null,
  starts_at: '',
  ends_at: '',
  max_uses: null,
  offers: [],
})

export const valuesOf = (coupon: SavedCoupon, offers: string[], zone: string): CouponValues => ({
  code: coupon.code,
  kind: coupon.percent_off === null ? 'amount' : 'percent',
  percent_off: coupon.percent_off,
  amount_off_in_cents: coupon.amount_off_in_cents,
  currency: coupon.currency ?? 'USD',
  duration: coupon.duration,
  duration_in_months: coupon.duration_in_months,
  starts_at: coupon.starts_at === null ? '' : dayIn(zone, new Date(coupon.starts_at)),
  ends_at: coupon.ends_at === null ? '' : lastDay(zone, new Date(coupon.ends_at)),
  max_uses: coupon.max_uses,
  offers,
})

/** The attributes as they are sent: a day that was not changed keeps its time. */
export function couponAttributes(values: CouponValues, saved: CouponValues): object {
  const { kind, percent_off, amount_off_in_cents, currency, duration, duration_in_months, max_uses } = values
  return {
    ...(kind === 'percent'
      ? { percent_off, amount_off_in_cents: null }
      : { percent_off: null, amount_off_in_cents, currency }),
    duration,
    ...(duration === 'repeating' && { duration_in_months }),
    ...(values.starts_at !== saved.starts_at && { starts_at: values.starts_at || null }),
    ...(values.ends_at !== saved.ends_at && { ends_at: values.ends_at || null }),
    max_uses,
  }
}
