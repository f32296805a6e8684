import { CURRENCIES, currencySymbol, decimalsOf, formatMoney } from '../../platform/text/money.ts'

/**
 * Reads an amount of money as Kajabi's files and spreadsheets have it: `$1,242.00`, `-49`, `($49.00)`, `1.242,00 €`.
 *
 * @returns the smallest units of the currency; null for what is none
 */
export function readAmount(text: string, currency: string): number | null {
  const digits = text.replace(/[^\d.,()-]/g, '')
  const isNegative = /^\(.*\)$/.test(digits) || digits.includes('-')
  const [, whole = '', fraction = ''] =
    /^(\d[\d.,]*?)(?:[.,](\d{1,2}|\d{4}|\d{3}(?=$)))?$/.exec(digits.replace(/[()-]/g, '')) ?? []
  if (whole === '') return null
  const decimals = decimalsOf(currency)
  // Three digits after a separator are thousands, except in a currency that has three decimals.
  const isFraction = fraction.length !== 3 || decimals === 3
  const [units, part] = isFraction ? [whole, fraction] : [whole + fraction, '']
  if (part.length > decimals && Number(part.slice(decimals)) > 0) return null
  const amount = Number(units.replace(/[.,]/g, '') + part.slice(0, decimals).padEnd(decimals, '0'))
  return Number.isSafeInteger(amount) ? (isNegative ? 0 - amount : amount) : null
}

/** What an amount has besides its number. */
const signIn = (text: string): string => text.replace(/[\d.,()\s'’\p{Pd}−]/gu, '')

/** Signs of currencies, such as `$`, `CA$` and `EUR`, with the codes of those that have them. */
let signs: Map<string, Set<string>> | undefined

function readSigns(): Map<string, Set<string>> {
  const read = new Map<string, Set<string>>()
  for (const code of CURRENCIES)
    for (const sign of [code, currencySymbol(code), signIn(formatMoney(0, code))])
      read.set(sign, (read.get(sign) ?? new Set()).add(code))
  for (const code of read.get('$') ?? []) read.set(`${code.slice(0, 2)}$`, new Set([code]))
  return read
}

/** Whether the sign of an amount is that of other currencies alone: `€` is none of US dollars, `$` one of many dollars. */
export function contradicts(text: string, currency: string): boolean {
  signs ??= readSigns()
  const sign = signIn(text)
  const whole = signs.get(sign) ?? signs.get(sign.toUpperCase())
  if (whole) return !whole.has(currency)
  const parts = sign.match(/\p{Sc}|\p{L}+/gu) ?? []
  return parts.some((part) => signs!.get(part)?.has(currency) === false)
}
