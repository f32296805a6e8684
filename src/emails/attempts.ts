/** The outcome of an attempt to render and send an e-mail. */
import { DeliveryError, RefusedError } from './mailer.ts'
import { TemplateError } from './render.ts'

/** What is noted of it. */
export interface Attempted {
  /** Pending: it is tried again when it is due. */
  status: 'pending' | 'sent' | 'failed'
  due_at?: Date
  sent_at?: Date
  failed_at?: Date
  /** What the mail server said, or what went wrong before it could. */
  response: string
}

/** After so many it is given up, about two days after the first. */
const MOST_ATTEMPTS = 19
const SHORTEST_PAUSE_MS = 30_000
const LONGEST_PAUSE_MS = 6 * 3_600_000
/** So much a pause may be shorter: what failed together is not tried together. */
const JITTER = 0.25

export const success = (response: string, now: Date): Attempted => ({
  status: 'sent',
  sent_at: now,
  response: storable(response),
})

/** @param attempts before this one */
export function failure(error: Error, attempts: number, now: Date): Attempted {
  const response = storable(error instanceof DeliveryError ? error.words : error.message)
  const isLast = attempts + 1 >= MOST_ATTEMPTS
  return isLast || !isTransient(error)
    ? { status: 'failed', failed_at: now, response }
    : { status: 'pending', due_at: new Date(now.getTime() + pauseMs(attempts)), response }
}

/** A mistake in a template stays one, as does a limit that it reaches. */
const isTransient = (error: Error): boolean =>
  !(error instanceof TemplateError) && !(error instanceof RefusedError)

function pauseMs(attempts: number): number {
  const planned = Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** attempts)
  return planned * (1 - JITTER * Math.random())
}

/** A mail server may say anything. */
const storable = (words: string) => words.replaceAll('\u0000', '').toWellFormed()
