/** Coupons in words. */
import { money } from '../../parts/money.ts'
import { language, plural, t } from '../../texts/translate.ts'

interface Discount {
  percent_off: number | null
  amount_off_in_cents: number | null
  currency: string | null
}

/** What the code takes off: "20%" or "$10.00". */
export const discountOf = ({ percent_off, amount_off_in_cents, currency }: Discount): string =>
  percent_off === null
    ? money(amount_off_in_cents ?? 0, currency ?? 'USD')
    : (percent_off / 100).toLocaleString(language, { style: 'percent', maximumFractionDigits: 2 })

/** Which payments of a subscription it reduces. */
export const durationOf = (duration: string, months: number | null): string =>
  duration === 'repeating'
    ? plural('coupons.months', months ?? 1)
    : t(duration === 'forever' ? 'coupons.forever' : 'coupons.once')

/** "3 of 100", or "3" without a limit. */
export const usesOf = ({ uses, max_uses }: { uses: number; max_uses: number | null }): string =>
  max_uses === null
    ? uses.toLocaleString(language)
    : t('coupons.usesOf', { uses: uses.toLocaleString(language), most: max_uses.toLocaleString(language) })
