import type { KeyObject } from 'node:crypto'
import type { Agent } from 'undici'
import type { App } from '../platform/app.ts'
import { systemClock } from '../platform/clock/clock.ts'
import { VERSION } from '../platform/version.ts'
import type { Due } from './claim-deliveries.ts'
import type { Claimed } from './claim-hooks.ts'
import { type Answered, post } from './post.ts'
import { nextDelivery } from './retries.ts'
import { signatureHeaders, signingKey } from './signing.ts'

/** An attempt to deliver, as it is recorded. */
export interface Outcome {
  id: string
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
  /** Every one that is valid; null when they cannot be read. */
  keys: KeyObject[] | null
}

/** The receiver of a hook. */
export const receiverOf = (app: App, hook: Claimed): Receiver => ({
  hook,
  url: new URL(hook.target_url),
  keys: keysOf(app, hook),
})

function keysOf({ sealer, log }: App, hook: Claimed): KeyObject[] | null {
  const { site_id, id, secret, previous_secrets } = hook
  try {
    return [secret, ...previous_secrets].map((text) => signingKey(sealer.unseal(text)))
  } catch (error) {
    log.error({ err: error, hook: { site_id, id } }, 'the secret of a hook cannot be decrypted')
    return null
  }
}

/** Sends a delivery, once. Never throws. */
export async function attempt(
  { clock }: App,
  agent: Agent,
  receiver: Receiver,
  delivery: Due,
): Promise<Outcome> {
  const begun_at = clock.now()
  const { headers, answered } = await send(agent, receiver, delivery)
  return {
    id: delivery.id,
    begun_at,
    duration_ms: answered.durationMs,
    request: { url: receiver.url.href, headers },
    response_status: answered.status,
    response_body: answered.body,
    error: answered.error,
    ...nextStatus(answered, delivery.attempts + 1, clock.now()),
  }
}

/** What was sent, and what came of it. */
interface Sent {
  headers: Record<string, string>
  answered: Omit<Answered, 'error'> & { error: string | null }
}

async function send(agent: Agent, { hook, url, keys }: Receiver, { id, body }: Due): Promise<Sent> {
  if (keys === null) return notSent('secret_unreadable')
  if (body === null) return notSent('body_failed')
  // Receivers compare it with their own clock.
  const at = systemClock.now()
  const headers = {
    'content-type': 'application/json',
    'user-agent': `Bestow/${VERSION}`,
    ...signatureHeaders({ id: `msg_${hook.site_id}_${id}`, at, body }, keys),
  }
  return { headers, answered: await post(agent, { url, headers, body }) }
}

const notSent = (error: 'secret_unreadable' | 'body_failed'): Sent => ({
  headers: {},
  answered: { durationMs: 0, status: null, retryAfter: null, body: null, error },
})

function nextStatus(
  { status, retryAfter }: Pick<Answered, 'status' | 'retryAfter'>,
  attempts: number,
  now: Date,
): Pick<Outcome, 'status' | 'due_at'> {
  if (isSuccess(status)) return { status: 'delivered', due_at: null }
  const due_at = status === GONE ? null : nextDelivery(attempts, retryAfter, now)
  return { status: due_at ? 'pending' : 'failed', due_at }
}

const isSuccess = (status: number | null) => status !== null && status >= 200 && status < 300

/** With this response a receiver unsubscribes: the hook is disabled. */
export const GONE = 410
