const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** Pauses after the first failure, the second …: about 75 hours in all, as Standard Webhooks advises. */
const PAUSES_MS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
]

/** A receiver may ask for more patience than that, but not for ever. */
const LONGEST_MS = 24 * HOUR

/** So much a pause differs from the plan, either way: what failed together is not tried together. */
const JITTER = 0.1

/** A hook at which nothing succeeded for so long, although it was tried, is disabled. */
export const FAILING_LIMIT_MS = 5 * 24 * HOUR

/** Longer than any pause between two attempts: whoever was silent for so long had nothing to send, or could not. */
export const SILENCE_MS = LONGEST_MS * (1 + JITTER) + HOUR

/**
 * When to try again what has failed.
 *
 * @param attempts made so far; after every tenth it is given up, so that a replay has as many again
 * @param retryAfter what the receiver asked for
 * @returns null when it has failed permanently
 */
export function nextAttempt(attempts: number, retryAfter: string | null, now: Date): Date | null {
  const planned = PAUSES_MS[(attempts - 1) % (PAUSES_MS.length + 1)]
  if (planned === undefined) return null
  const jittered = planned * (1 - JITTER + 2 * JITTER * Math.random())
  return new Date(now.getTime() + Math.max(jittered, askedPause(retryAfter, now)))
}

/** In seconds, or as a date. */
function askedPause(retryAfter: string | null, now: Date): number {
  if (retryAfter === null) return 0
  const asked = /^\d+$/.test(retryAfter)
    ? Number(retryAfter) * SECOND
    : Date.parse(retryAfter) - now.getTime()
  return Number.isNaN(asked) ? 0 : Math.min(asked, LONGEST_MS)
}
