import { NumberInput, type NumberInputProps } from '@mantine/core'
import { decimalsOf, formatMoney, majorUnits } from '../../src/platform/text/money.ts'
import { language } from '../texts/translate.ts'

/** An amount in the precision of its currency and in the language of the page. @param amount in the smallest unit */
export const money = (amount: number, currency: string): string => formatMoney(amount, currency, language)

/** The same of a decimal number: 99.5 are 99 dollars and 50 cents. */
export const moneyOf = (units: number, currency: string): string =>
  money(Math.round(units * 10 ** decimalsOf(currency)), currency)

interface MoneyInputProps extends Omit<NumberInputProps, 'value' | 'onChange' | 'placeholder'> {
  currency: string
  /** In the smallest unit; null: nothing is entered. */
  value: number | null
  /** An amount that applies while nothing is entered. */
  usual?: number | undefined
  onChange: (amount: number | null) => void
}

/** An amount, entered as people write it: 49.50 for 4950 cents. */
export function MoneyInput({ currency, value, usual, onChange, ...props }: MoneyInputProps) {
  const decimals = decimalsOf(currency)
  return (
    <NumberInput
      min={0}
      decimalScale={decimals}
      hideControls
      rightSection={<span className="meta">{currency}</span>}
      rightSectionWidth={48}
      placeholder={usual === undefined ? undefined : String(majorUnits(usual, currency))}
      {...props}
      value={value === null ? '' : majorUnits(value, currency)}
      onChange={(given) => onChange(given === '' ? null : Math.round(Number(given) * 10 ** decimals))}
    />
  )
}
