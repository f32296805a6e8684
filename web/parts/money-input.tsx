import { NumberInput, type NumberInputProps } from '@mantine/core'
import { decimalsOf, majorUnits } from '../../src/platform/text/money.ts'

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
