import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { App } from '../app.ts'
import { inBatches } from '../db/batches.ts'
import { isUnavailable, retryingDeadlocks } from '../db/database.ts'
import { type EmailId, InHandError, keepInHand } from './lease.ts'
import { DeliveryError, MAIL_CONNECTIONS, RefusedError } from './mailer.ts'
import { type Prepared, prepareEmail } from './prepare-email.ts'
import { TemplateError } from './render.ts'
import { atMost } from './turns.ts'

export type { EmailId } from './lease.ts'

/** How long an outcome waits for a database that is away: forgotten, the e-mail would go out again. */
const PATIENCE_MS = 120_000
const PAUSE_MS = 250

/**
 * Renders an e-mail that waits and hands it to the mail server; without one it stays in the outbox. To be
 * called again as long as it throws. An e-mail that does not wait any more is left alone.
 *
 * @param isLastAttempt a failure is then for good, and recorded so
 * @throws when the mail server cannot take it now
 */
export async function sendEmail(app: App, which: EmailId, isLastAttempt: boolean): Promise<void> {
  const outcome = await attempt(app, which)
  if (!outcome) return
  const now = app.clock.now()
  if (outcome.error === undefined) {
    await record(app, which, { status: 'sent', response: outcome.response, sent_at: now })
    return
  }
  const { error } = outcome
  const response = error instanceof DeliveryError ? error.words : error.message
  if (!isLastAttempt && mayPass(error)) {
    await record(app, which, { response })
    throw error
  }
  await record(app, which, { status: 'failed', response, failed_at: now })
  app.log.warn({ email: which, err: error }, 'an e-mail failed for good')
}

type Outcome = { response: string; error?: undefined } | { error: Error }

/** Null when there is nothing to send. Throws when nothing was tried. */
async function attempt(app: App, which: EmailId): Promise<Outcome | null> {
  try {
    const prepared = await prepareEmail(app, which)
    if (!prepared) return null
    return await inTurn(() => handOver(app, which, prepared))
  } catch (error) {
    if (error instanceof InHandError || isUnavailable(error)) throw error
    return { error: error as Error }
  }
}

/** Its time is not to run while it waits for a connection. */
const inTurn = atMost(MAIL_CONNECTIONS)

async function handOver(app: App, which: EmailId, { message, until }: Prepared): Promise<Outcome> {
  await keepInHand(app, which, until)
  try {
    return { response: await app.mailer!.send(message) }
  } catch (error) {
    return { error: error as Error }
  }
}

/** A limit goes by time, and the machine may have been busy; a mistake in a template stays one. */
function mayPass(error: Error): boolean {
  if (error instanceof TemplateError) return error.isLimit
  return !(error instanceof RefusedError)
}

interface Change {
  /** Left out: it is tried again. */
  status?: 'sent' | 'failed'
  response: string
  sent_at?: Date
  failed_at?: Date
}

/** Notes the outcome of an attempt and lets go of the e-mail. One that was cancelled meanwhile stays so. */
async function record(app: App, which: EmailId, change: Change): Promise<void> {
  for (const begun = performance.now(); ; await sleep(PAUSE_MS)) {
    try {
      await recordInBatches(app, { ...which, ...change, response: storable(change.response) })
      return
    } catch (error) {
      if (!isUnavailable(error) || performance.now() - begun > PATIENCE_MS) throw error
    }
  }
}

/** A mail server may say anything. */
const storable = (words: string) => words.replaceAll('\u0000', '').toWellFormed()

const recordInBatches = inBatches(recordTogether, {
  groupOf: () => 'all',
  keysOf: ({ siteId, id }: EmailId & Change) => [`${siteId} ${id}`],
  size: 50,
  parts: 1,
  isCommon: isUnavailable,
})

/** The ids are given twice, as in prepare-email.ts. */
async function recordTogether(app: App, changes: (EmailId & Change)[]): Promise<null[]> {
  const inOrder = changes.toSorted((a, b) => Number(a.id) - Number(b.id))
  await retryingDeadlocks(() =>
    sql`
      update emails e
         set status = coalesce(c.status, e.status), response = c.response, sent_at = c.sent_at, failed_at = c.failed_at,
             sending_until = null, attempts = attempts + 1
        from jsonb_to_recordset(${JSON.stringify(inOrder)}::jsonb)
             c ("siteId" bigint, id bigint, status text, response text, sent_at timestamptz, failed_at timestamptz)
       where e.site_id = c."siteId" and e.id = c.id and e.id = any(${changes.map(({ id }) => id)}::bigint[])
         and e.status = 'pending'`.execute(app.db),
  )
  return changes.map(() => null)
}
