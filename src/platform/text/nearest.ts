const LONGEST = 64

/** The word that was probably meant by one that is misspelled or cut short, as `amount`; null: none is near. */
export function nearest(given: string, words: string[]): string | null {
  const name = given.toLowerCase().replaceAll('-', '_')
  // The work grows with the product of the lengths.
  if (name.length > LONGEST) return null
  const most = Math.max(1, Math.floor(name.length / 4))
  const near = words
    .map((word) => ({ word, distance: distanceOf(name, word) }))
    .filter(({ word, distance }) => distance <= most || isPart(name, word))
    .sort((one, other) => one.distance - other.distance)
  return near[0]?.word ?? null
}

/** As `amount` and `discount` of `amount_in_cents` and `discount_in_cents`. */
const isPart = (name: string, word: string) =>
  name.length >= 3 && (word.startsWith(`${name}_`) || word.endsWith(`_${name}`) || name.endsWith(`_${word}`))

/** How many letters must be inserted, removed, replaced or swapped with the next one. */
function distanceOf(one: string, other: string): number {
  let before: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 1; i <= one.length; i++) {
    const row = [i]
    for (let j = 1; j <= other.length; j++) {
      const isSame = one[i - 1] === other[j - 1]
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (isSame ? 0 : 1))
      const isSwapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      if (isSwapped) row[j] = Math.min(row[j]!, before[j - 2]! + 1)
    }
    before = last
    last = row
  }
  return last[other.length]!
}
