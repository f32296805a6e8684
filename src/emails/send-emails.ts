import type { App } from '../platform/app.ts'
import { type Attempted, failure, success } from './attempts.ts'
import { atMost } from './concurrency.ts'
import { keepInHand, letGo } from './lease.ts'
import { MAIL_CONNECTIONS } from './mailer.ts'
import { type Prepared, prepareEmails } from './prepare-emails.ts'
import { recordAttempt } from './record-attempts.ts'

/** Most e-mails that a process has in hand: while one is handed over, others are prepared. */
const IN_HAND = 4 * MAIL_CONNECTIONS
/** Fewer are not worth a transaction. */
const WORTHWHILE = IN_HAND / 2
/** Most that are kept at once where there is no mail server. */
const KEPT = 100

const handing = new WeakMap<App, Set<Promise<void>>>()

function inHand(app: App): Set<Promise<void>> {
  const known = handing.get(app) ?? new Set()
  handing.set(app, known)
  return known
}

/**
 * Takes e-mails that are due and begins to hand them over to the mail server; without one they stay in the outbox.
 * Any number of processes may do this at once.
 *
 * @param wake is called when there is room for more
 * @returns how many e-mails there were; emailsEnd() waits for those in hand
 */
export async function sendEmails(app: App, wake: () => void): Promise<number> {
  const running = inHand(app)
  const room = IN_HAND - running.size
  if (room < WORTHWHILE) return 0
  const { count, prepared } = await prepareEmails(app, app.mailer ? room : KEPT)
  for (const email of prepared) {
    const sending = send(app, email).finally(() => {
      running.delete(sending)
      if (IN_HAND - running.size === WORTHWHILE) wake()
    })
    running.add(sending)
  }
  return count
}

/** Resolves when nothing is in hand any more. */
export async function emailsEnd(app: App): Promise<void> {
  await Promise.all(inHand(app))
}

async function send(app: App, email: Prepared): Promise<void> {
  try {
    const outcome = await inTurn(() => handOver(app, email))
    if (outcome) await recordAttempt(app, email, outcome)
  } catch (error) {
    // Its lease runs out, and it is tried again.
    const { siteId, id } = email
    app.log.error({ err: error, email: { siteId, id } }, 'an e-mail was interrupted')
  }
}

/** Its time is not to run while it waits for a connection. */
const inTurn = atMost(MAIL_CONNECTIONS)

/** Null when it is not this process that hands it over. */
async function handOver(app: App, email: Prepared): Promise<Attempted | null> {
  if (app.isStopping) {
    await letGo(app, email)
    return null
  }
  if (!(await keepInHand(app, email))) return null
  try {
    return success(await app.mailer!.send(email.message), app.clock.now())
  } catch (error) {
    const { siteId, id, attempts } = email
    app.log.warn({ err: error, email: { siteId, id } }, 'an e-mail was not taken')
    return failure(error as Error, attempts, app.clock.now())
  }
}
