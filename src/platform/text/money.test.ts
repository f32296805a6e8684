import { expect, test } from 'vitest'
import { formatMoney } from './money.ts'

test.each([
  [9_900, 'USD', '$99.00'],
  [1_000, 'JPY', '¥1,000'],
  [9_900, 'KWD', 'KWD 9.900'],
  [5, 'EUR', '€0.05'],
  [123_456, 'HUF', 'HUF 1,234.56'],
  [123_456, 'COP', 'COP 1,234.56'],
  [123_456, 'LBP', 'LBP 1,234.56'],
  [123_456, 'IQD', 'IQD 123.456'],
  [123_456, 'ISK', 'ISK 123,456'],
  [123_456, 'CLF', 'CLF 12.3456'],
  [99_999_999, 'KRW', '₩99,999,999'],
])('%i of %s is shown in the precision of the currency', (amount, currency, text) => {
  expect(formatMoney(amount, currency).replaceAll('\u00a0', ' ')).toBe(text)
})
