import { HANDOVER_MS } from './mailer.ts'

/**
 * How long an e-mail belongs to the worker that began to hand it over: until that has surely ended, and its
 * outcome had time to be noted. Only then may another worker take it over.
 */
export const LEASE_MS = HANDOVER_MS + 10_000

/** Another worker has the e-mail in hand: no attempt was made. */
export class InHandError extends Error {
  override name = 'InHandError'
}
