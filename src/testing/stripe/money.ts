/** What a session or an invoice costs. */
import type { Kept } from './objects.ts'
import type { FakeState } from './state.ts'

export interface Line {
  product: string
  name: string
  unitAmount: number
  quantity: number
  taxBehavior: string
  recurring: { interval: 'day' | 'week' | 'month' | 'year'; interval_count: number } | null
}

export interface Amounts {
  subtotal: number
  discount: number
  tax: number
  total: number
}

/** @param isTaxed whether tax is automatic */
export function amountsOf(
  state: FakeState,
  lines: Pick<Line, 'unitAmount' | 'quantity' | 'taxBehavior'>[],
  coupon: Kept<'coupon'> | null,
  isTaxed: boolean,
): Amounts {
  const subtotal = lines.reduce((sum, { unitAmount, quantity }) => sum + unitAmount * quantity, 0)
  const discount = coupon ? discountOf(coupon, subtotal) : 0
  const net = subtotal - discount
  if (!isTaxed || state.taxPercent === 0) return { subtotal, discount, tax: 0, total: net }
  const isInclusive = lines[0]?.taxBehavior === 'inclusive'
  const tax = isInclusive
    ? net - Math.round(net / (1 + state.taxPercent / 100))
    : Math.round((net * state.taxPercent) / 100)
  return { subtotal, discount, tax, total: isInclusive ? net : net + tax }
}

const discountOf = ({ amount_off, percent_off }: Kept<'coupon'>, subtotal: number): number =>
  Math.min(amount_off ?? Math.round((subtotal * percent_off!) / 100), subtotal)

/** Of what Stripe takes: 2.9 % and 30. */
export const feeOf = (amount: number): number => Math.round(amount * 0.029) + 30
