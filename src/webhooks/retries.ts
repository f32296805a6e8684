import { type Backoff, JITTER, nextAttempt } from '../platform/queue/backoff.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

const MAX_ATTEMPTS = 10

/** About 75 hours in all, as Standard Webhooks advises. */
const BACKOFF: Backoff = {
  pausesMs: [
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
  ],
  maxAttempts: MAX_ATTEMPTS,
}

/** A receiver may ask for more patience than that, but not for ever. */
const LONGEST_MS = 24 * HOUR

/** A hook at which nothing succeeded for so long, although it was tried, is disabled. */
export const FAILING_LIMIT_MS = 5 * 24 * HOUR

/** Longer than any pause between two attempts: whoever was silent for so long had nothing to send, or could not. */
export const SILENCE_MS = LONGEST_MS * (1 + JITTER) + HOUR

/**
 * When a failed delivery is attempted again.
 *
 * @param attempts made so far; every tenth is the last, so that a replay has as many again
 * @param retryAfter what the receiver asked for
 * @returns null when it has failed permanently
 */
export const nextDelivery = (attempts: number, retryAfter: string | null, now: Date): Date | null =>
  nextAttempt(BACKOFF, ((attempts - 1) % MAX_ATTEMPTS) + 1, now, askedPause(retryAfter, now))

/** In seconds, or as a date. */
function askedPause(retryAfter: string | null, now: Date): number {
  if (retryAfter === null) return 0
  const asked = /^\d+$/.test(retryAfter)
    ? Number(retryAfter) * SECOND
    : Date.parse(retryAfter) - now.getTime()
  return Number.isNaN(asked) ? 0 : Math.min(asked, LONGEST_MS)
}
