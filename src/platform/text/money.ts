/** Of a currency, the number of decimals that its amounts have: 2 for USD, 0 for JPY, 3 for KWD (ISO 4217). */
const decimalsOf = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits!

/**
 * An amount of money in words, as in "$99.00" and "¥1,000".
 *
 * @param minorUnits of the smallest unit of the currency: 9900 are 99 US dollars, 9900 yen or 9.9 Kuwaiti dinars
 */
export function formatMoney(minorUnits: number, currency: string, locale = 'en-US'): string {
  const amount = minorUnits / 10 ** decimalsOf(currency)
  return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(amount)
}
