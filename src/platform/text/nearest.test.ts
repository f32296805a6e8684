import { expect, test } from 'vitest'
import { nearest } from './nearest.ts'

const KNOWN = ['amount_in_cents', 'items', 'provider_reference', 'refunded_at', 'discount_in_cents']

test.each([
  ['amount', 'amount_in_cents'],
  ['amuont_in_cents', 'amount_in_cents'],
  ['Amount-In-Cents', 'amount_in_cents'],
  ['item', 'items'],
  ['reference', 'provider_reference'],
  ['refunded', 'refunded_at'],
  ['discount', 'discount_in_cents'],
  ['colour', null],
  ['x', null],
  ['a'.repeat(100_000), null],
])('the word that %s probably means is %s', (given, meant) => {
  expect(nearest(given, KNOWN)).toBe(meant)
})
