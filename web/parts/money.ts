import { decimalsOf, formatMoney } from '../../src/platform/text/money.ts'
import { language } from '../texts/translate.ts'

/** An amount in the precision of its currency and in the language of the page. @param amount in the smallest unit */
export const money = (amount: number, currency: string): string => formatMoney(amount, currency, language)

/** The same of a decimal number: 99.5 are 99 dollars and 50 cents. */
export const moneyOf = (units: number, currency: string): string =>
  money(Math.round(units * 10 ** decimalsOf(currency)), currency)
