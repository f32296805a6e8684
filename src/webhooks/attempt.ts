import type { KeyObject } from 'node:crypto'
import type { Agent } from 'undici'
import type { App } from '../app.ts'
import { systemClock } from '../clock/clock.ts'
import { VERSION } from '../version.ts'
import type { Due } from './claim-deliveries.ts'
import type { Claimed } from './claim-hooks.ts'
import { type Answered, post } from './post.ts'
import { nextAttempt } from './retries.ts'
import { signatureHeaders, signingKey } from './signing.ts'

/** An attempt to deliver, as it is recorded. */
export interface Outcome {
  id: string
  number: number
  begun_at: Date
  duration_ms: number
  request: { url: string; headers: Record<string, string> }
  response_status: number | null
  response_body: string | null
  error: string | null
  status: 'delivered' | 'pending' | 'failed'
  /** When to try again. */
  due_at: Date | null
}

/** What the deliveries of a hook have in common. */
export interface Receiver {
  hook: Claimed
  url: URL
  /** Every one that is valid. */
  keys: KeyObject[]
}

/** The receiver of a hook. @throws Error when its secrets were sealed under another key */
export function receiverOf({ sealer, clock }: App, hook: Claimed): Receiver {
  const { target_url, secret, previous_secret, previous_secret_until } = hook
  const isPreviousValid = previous_secret !== null && previous_secret_until! > clock.now()
  const sealed = isPreviousValid ? [secret, previous_secret] : [secret]
  return { hook, url: new URL(target_url), keys: sealed.map((text) => signingKey(sealer.unseal(text))) }
}

/** Sends a delivery, once. Never throws. */
export async function attempt(
  { clock }: App,
  agent: Agent,
  { hook, url, keys }: Receiver,
  delivery: Due,
): Promise<Outcome> {
  const begun_at = clock.now()
  const body = delivery.body!
  // Receivers compare it with their own clock.
  const at = systemClock.now()
  const headers = {
    'content-type': 'application/json',
    'user-agent': `Bestow/${VERSION}`,
    ...signatureHeaders({ id: `msg_${hook.site_id}_${delivery.id}`, at, body }, keys),
  }
  const answered = await post(agent, { url, headers, body })
  const number = delivery.attempts + 1
  return {
    id: delivery.id,
    number,
    begun_at,
    duration_ms: answered.durationMs,
    request: { url: url.href, headers },
    response_status: answered.status,
    response_body: answered.body,
    error: answered.error,
    ...fateOf(answered, number, clock.now()),
  }
}

function fateOf(
  { status, retryAfter }: Answered,
  attempts: number,
  now: Date,
): Pick<Outcome, 'status' | 'due_at'> {
  if (isSuccess(status)) return { status: 'delivered', due_at: null }
  const due_at = status === GONE ? null : nextAttempt(attempts, retryAfter, now)
  return { status: due_at ? 'pending' : 'failed', due_at }
}

const isSuccess = (status: number | null) => status !== null && status >= 200 && status < 300

/** By this answer a receiver asks to be told nothing any more. */
export const GONE = 410
