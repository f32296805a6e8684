/** When failed work is attempted again. */
export interface Backoff {
  /** Pauses after the first failure, the second, …; the last one is repeated. */
  pausesMs: readonly number[]
  /** Attempts after which work has failed permanently; null: it is attempted forever. */
  maxAttempts: number | null
}

/** A pause is up to this share shorter or longer than planned: work that failed together is not repeated together. */
export const JITTER = 0.1

/** Pauses that double, from the first one to the longest. */
export function doubling(firstMs: number, longestMs: number): number[] {
  const pauses = [firstMs]
  while (pauses.at(-1)! < longestMs) pauses.push(Math.min(2 * pauses.at(-1)!, longestMs))
  return pauses
}

/** The pause after so many failures, from 1 on, in milliseconds. */
export function pauseAfter({ pausesMs }: Pick<Backoff, 'pausesMs'>, failures: number): number {
  const planned = pausesMs[Math.min(failures, pausesMs.length) - 1]!
  return planned * (1 - JITTER + 2 * JITTER * Math.random())
}

/**
 * When work is attempted again.
 *
 * @param attempts made so far, including the one that has just failed
 * @param leastMs a longer pause than planned, where the other side asked for one
 * @returns null when it has failed permanently
 */
export function nextAttempt(backoff: Backoff, attempts: number, now: Date, leastMs = 0): Date | null {
  if (backoff.maxAttempts !== null && attempts >= backoff.maxAttempts) return null
  return new Date(now.getTime() + Math.max(pauseAfter(backoff, attempts), leastMs))
}
