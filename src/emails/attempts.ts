/** The outcome of an attempt to render and send an e-mail. */
import { type Backoff, doubling, nextAttempt } from '../platform/queue/backoff.ts'
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

/** It fails permanently about two days after the first attempt. */
const BACKOFF: Backoff = { pausesMs: doubling(30_000, 6 * 3_600_000), maxAttempts: 19 }

export const success = (response: string, now: Date): Attempted => ({
  status: 'sent',
  sent_at: now,
  response: storable(response),
})

/** @param attempts before this one */
export function failure(error: Error, attempts: number, now: Date): Attempted {
  const response = storable(error instanceof DeliveryError ? error.words : error.message)
  const due_at = isTransient(error) ? nextAttempt(BACKOFF, attempts + 1, now) : null
  return due_at ? { status: 'pending', due_at, response } : { status: 'failed', failed_at: now, response }
}

/** A mistake in a template stays one, as does a limit that it reaches. */
const isTransient = (error: Error): boolean =>
  !(error instanceof TemplateError) && !(error instanceof RefusedError)

/** A mail server may say anything. */
const storable = (words: string) => words.replaceAll('\u0000', '').toWellFormed()
