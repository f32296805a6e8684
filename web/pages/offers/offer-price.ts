import { plural, t } from '../../texts/translate.ts'
import { priceOf } from '../sales/words.tsx'

interface PricedOffer {
  price_in_cents: number
  currency: string
  payment_type: string
  interval: string | null
  interval_count: number | null
  payments_total: number | null
  trial_days: number | null
}

/** What an offer costs, in the language of the page: "$29.00 per month, 7 days of trial". */
export function priceOfOffer({ price_in_cents, payments_total, trial_days, ...terms }: PricedOffer): string {
  const price = priceOf({
    ...terms,
    amount_in_cents: price_in_cents,
    payment_plan_total_payments: payments_total,
  })
  // An imported plan may lack the number of its payments.
  if (terms.payment_type === 'multipay' && payments_total === null) return t('sales.inPayments', { price })
  return trial_days ? `${price}, ${plural('sales.trialDays', trial_days)}` : price
}
