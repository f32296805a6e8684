/** Currencies, and amounts of money in words. Amounts are whole numbers of the smallest unit of their currency. */

/** Their codes, of ISO 4217. */
export const CURRENCIES = Intl.supportedValuesOf('currency')

/**
 * Currencies whose amounts do not have two decimals, as payment providers count them. Source: ISO 4217, list one; the
 * ariary is divided into five, and amounts of it are whole.
 */
const DECIMALS: Record<string, string> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW MGA PYG RWF UGX UYI VND VUV XAF XOF XPF',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
}

const decimalsByCurrency = new Map(
  Object.entries(DECIMALS).flatMap(([decimals, codes]) =>
    codes.split(' ').map((code) => [code, Number(decimals)] as const),
  ),
)

/** How many decimals amounts of a currency have: currency_decimals() of the database says the same. */
export const decimalsOf = (currency: string): number => decimalsByCurrency.get(currency) ?? 2

/**
 * An amount of money in words, as in "$99.00" and "¥1,000". Its decimals are those of ISO 4217, as payment providers
 * count them: Intl leaves out decimals that a currency has but are out of use, and would take forints for fillér.
 *
 * @param minorUnits of the smallest unit of the currency: 9900 are 99 US dollars, 9900 yen or 9.9 Kuwaiti dinars
 */
export const formatMoney = (minorUnits: number, currency: string, locale = 'en-US'): string =>
  formatOf(currency, locale, 'symbol').format(majorUnits(minorUnits, currency))

/** The same with the bare symbol of the currency: Canadian dollars are "$99.00". */
export const formatAmount = (minorUnits: number, currency: string): string =>
  formatOf(currency, 'en-US', 'narrowSymbol').format(majorUnits(minorUnits, currency))

/** As in "$"; the code of a currency that has no symbol. */
export const currencySymbol = (currency: string): string =>
  formatOf(currency, 'en-US', 'narrowSymbol')
    .formatToParts(0)
    .find(({ type }) => type === 'currency')!.value

/** An amount as a decimal number: 9900 US cents are 99. For display and documents, not to calculate with. */
export const majorUnits = (minorUnits: number, currency: string): number =>
  minorUnits / 10 ** decimalsOf(currency)

/** Making one takes longer than using it a thousand times. */
const formats = new Map<string, Intl.NumberFormat>()

function formatOf(currency: string, locale: string, currencyDisplay: 'symbol' | 'narrowSymbol') {
  const key = `${currency} ${locale} ${currencyDisplay}`
  const decimals = decimalsOf(currency)
  const format =
    formats.get(key) ??
    new Intl.NumberFormat(locale, {
      style: 'currency',
      currency,
      currencyDisplay,
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    })
  formats.set(key, format)
  return format
}
