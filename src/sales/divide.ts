/**
 * Divides a whole amount in the proportion of the weights, so that the parts add up to it: what rounding leaves goes to
 * the largest remainders, and of equal ones to the first.
 *
 * @param amount may be negative
 * @param weights not negative; when all are 0, the parts are equal
 */
export function divide(amount: number, weights: number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  if (sum === 0)
    return weights.length === 0
      ? []
      : divide(
          amount,
          weights.map(() => 1),
        )
  const sign = amount < 0 ? -1n : 1n
  const whole = BigInt(Math.abs(amount))
  const parts = weights.map((weight, index) => {
    const share = whole * BigInt(weight)
    return { index, part: share / BigInt(sum), remainder: share % BigInt(sum) }
  })
  const left = Number(whole - parts.reduce((total, { part }) => total + part, 0n))
  const byRemainder = parts.toSorted((a, b) => Number(b.remainder - a.remainder) || a.index - b.index)
  for (const part of byRemainder.slice(0, left)) part.part += 1n
  return parts.map(({ part }) => Number(part * sign))
}
