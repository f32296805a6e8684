import type { Interval, PaymentType } from '../../sales/states.ts'

/** What a checkout sells, as it was when it began: the price and the coupon stay, whatever changes meanwhile. */
export interface Snapshot {
  title: string
  payment_type: Exclude<PaymentType, 'free'>
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
