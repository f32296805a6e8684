/** Currencies whose amounts do not have two decimals. Source: ISO 4217, list one; MGA is divided by 5, and counted in whole units. */
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
export function formatMoney(minorUnits: number, currency: string, locale = 'en-US'): string {
  const decimals = decimalsOf(currency)
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(minorUnits / 10 ** decimals)
}
