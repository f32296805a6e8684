/** What an offer costs, in plain sentences. */
import { discountIn, type Snapshot } from '../payments/checkouts/snapshot.ts'
import { type Language, LOCALES } from '../platform/text/languages.ts'
import { formatMoney } from '../platform/text/money.ts'
import { translate } from './texts/translate.ts'

type Priced = Pick<
  Snapshot,
  | 'amount'
  | 'currency'
  | 'interval'
  | 'interval_count'
  | 'payments_total'
  | 'trial_days'
  | 'coupon'
  | 'is_taxed'
>

/** An amount in the precision of its currency, as it is written in a language. */
export const money = (language: Language, amount: number, currency: string): string =>
  formatMoney(amount, currency, LOCALES[language])

/**
 * What is paid, and when. The first sentence is the price, further ones say what comes before or after it: a trial,
 * payments to which the coupon does not apply, and tax.
 */
export function priceText(language: Language, price: Priced): string[] {
  const { amount, interval, trial_days, coupon, is_taxed } = price
  const say = (key: string, placeholders: object = {}) =>
    translate(language, `price.${key}`, { ...placeholders })
  const reduced = amount - discountIn(price as Snapshot)
  const tax = is_taxed ? [say('tax')] : []
  if (interval === null)
    return reduced === 0 ? [say('free')] : [money(language, reduced, price.currency), ...tax]
  const isAlways = coupon === null || coupon.duration === 'forever'
  const regular = regularly(language, price, isAlways ? reduced : amount)
  const trial = trial_days === null ? [] : [say('trial', { count: trial_days })]
  if (isAlways) return [regular, ...trial, ...tax]
  const first = money(language, reduced, price.currency)
  const months = coupon.duration === 'repeating' ? (coupon.months ?? 1) : null
  const discount =
    months === null ? say('first', { amount: first }) : say('months', { amount: first, count: months })
  return [regular, discount, ...trial, ...tax]
}

/** As in "$29.00 every month" and "4 payments of $100.00, one every month". */
export function regularly(
  language: Language,
  { currency, interval, interval_count, payments_total }: Omit<Priced, 'amount' | 'trial_days' | 'coupon'>,
  amount: number,
): string {
  const every = translate(language, `price.every.${interval}`, { count: interval_count })
  const each = money(language, amount, currency)
  return payments_total === null
    ? translate(language, 'price.regular', { amount: each, every })
    : translate(language, 'price.plan', { amount: each, every, payments: payments_total })
}
