import { decimalsOf } from '../../platform/text/money.ts'

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
