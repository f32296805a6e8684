import { expect, test } from 'vitest'
import { divide } from './divide.ts'

test.each([
  [10, [1, 1, 1], [4, 3, 3]],
  [-10, [1, 1, 1], [-4, -3, -3]],
  [1000, [2900, 2900, 4200], [290, 290, 420]],
  [1, [1, 2], [0, 1]],
  [5, [0, 0], [3, 2]],
  [0, [3, 4], [0, 0]],
  [7, [5], [7]],
])('%d in the proportion of %j is %j', (amount, weights, parts) => {
  expect(divide(amount, weights)).toEqual(parts)
})

test('parts add up to the amount, also beyond what a product of two numbers holds exactly', () => {
  const weights = [9_007_199_254_740_991, 3, 1_234_567_890_123]
  const parts = divide(Number.MAX_SAFE_INTEGER, weights)
  expect(parts.reduce((total, part) => total + part, 0)).toBe(Number.MAX_SAFE_INTEGER)
})
