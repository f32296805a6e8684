import type { App } from '../platform/app.ts'
import { type Attempted, failure, success } from './attempts.ts'
import { limitConcurrency } from './concurrency.ts'
import { releaseLease, renewLease } from './lease.ts'
import { MAIL_CONNECTIONS } from './mailer.ts'
import { type Prepared, prepareEmails } from './prepare-emails.ts'
import { recordAttempt } from './record-attempts.ts'

/** Maximum number of e-mails in flight per process: while one is sent, others are prepared. */
const MAX_IN_FLIGHT = 4 * MAIL_CONNECTIONS
/** Fewer are not worth a transaction. */
const MIN_BATCH = MAX_IN_FLIGHT / 2
/** Batch size where there is no mail server and e-mails stay in the outbox. */
const MAX_KEPT = 100

const inFlightByApp = new WeakMap<App, Set<Promise<void>>>()

function inFlight(app: App): Set<Promise<void>> {
  const known = inFlightByApp.get(app) ?? new Set()
  inFlightByApp.set(app, known)
  return known
}

/**
 * Claims due e-mails and starts to send them to the mail server; without one they stay in the outbox.
 * Any number of processes may do this concurrently.
 *
 * @param wake called when there is capacity for another batch
 * @returns number of e-mails claimed; emailsSettled() waits for those in flight
 */
export async function sendEmails(app: App, wake: () => void): Promise<number> {
  const running = inFlight(app)
  const capacity = MAX_IN_FLIGHT - running.size
  if (capacity < MIN_BATCH) return 0
  const start = (email: Prepared) => {
    const sending = send(app, email).finally(() => {
      running.delete(sending)
      if (MAX_IN_FLIGHT - running.size === MIN_BATCH) wake()
    })
    running.add(sending)
  }
  return prepareEmails(app, app.mailer ? capacity : MAX_KEPT, (emails) => emails.forEach(start))
}

/** Resolves when no e-mail is in flight. */
export async function emailsSettled(app: App): Promise<void> {
  await Promise.all(inFlight(app))
}

async function send(app: App, email: Prepared): Promise<void> {
  try {
    const outcome = await limited(() => handOver(app, email))
    if (outcome) await recordAttempt(app, email, outcome)
  } catch (error) {
    // Its lease expires, and it is retried.
    const { siteId, id } = email
    app.log.error({ err: error, email: { siteId, id } }, 'an e-mail was interrupted')
  }
}

/** The timeout of an e-mail does not run while it waits for a connection. */
const limited = limitConcurrency(MAIL_CONNECTIONS)

/** Null when this process does not hold the lease any more, has no mail server any more, or is stopping. */
async function handOver(app: App, email: Prepared): Promise<Attempted | null> {
  if (!app.isStopping && !(await renewLease(app, email))) return null
  const { mailer, isStopping } = app
  if (isStopping || !mailer) {
    await releaseLease(app, email)
    return null
  }
  try {
    return success(await mailer.send(email.message), app.clock.now())
  } catch (error) {
    const { siteId, id, attempts } = email
    app.log.warn({ err: error, email: { siteId, id } }, 'an e-mail was not accepted by the mail server')
    return failure(error as Error, attempts, app.clock.now())
  }
}
