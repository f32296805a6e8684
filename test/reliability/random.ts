/** Pseudo-random choices, the same for the same seed. */
export interface Random {
  /** From 0 up to 1. */
  next: () => number
  /** From `least` to `most`, both included. */
  integer: (least: number, most: number) => number
  chance: (probability: number) => boolean
  pick: <T>(list: readonly T[]) => T
  /** Some of the list, at least one, in its order. */
  some: <T>(list: readonly T[], most: number) => T[]
}

/** @param stream separates independent sequences of choices under one seed */
export function seededRandom(seed: number, stream: string): Random {
  const next = mulberry32(
    [...stream].reduce((hash, letter) => Math.imul(hash, 31) + letter.codePointAt(0)!, seed),
  )
  const integer = (least: number, most: number) => least + Math.floor(next() * (most - least + 1))
  const pick = <T>(list: readonly T[]) => list[integer(0, list.length - 1)] as T
  const some = <T>(list: readonly T[], most: number) => {
    const chosen = new Set(Array.from({ length: integer(1, most) }, () => pick(list)))
    return list.filter((item) => chosen.has(item))
  }
  return { next, integer, chance: (probability) => next() < probability, pick, some }
}

function mulberry32(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
