import { sql } from 'kysely'
import type { App } from '../platform/app.ts'
import { HANDOVER_MS } from './mailer.ts'

/**
 * How long an e-mail belongs to the worker that is about to hand it over: until that has surely ended, also when
 * it waits for its turn and for the database first. Only then may another worker take it over, within a minute of
 * the death of the first.
 *
 * Leases are set and compared by the clock of the database, which is one for all workers: the clock of a worker may
 * be wrong, and moving the application's clock hurries no mail server.
 */
export const LEASE_MS = HANDOVER_MS + 10_000

/** The end of a lease that begins now. */
export const leaseEnd = sql<Date>`clock_timestamp() + make_interval(secs => ${LEASE_MS / 1_000})`

/** Whether no worker has the e-mail `e` in hand. */
export const isFree = sql<boolean>`(e.sending_until is null or e.sending_until < clock_timestamp())`

/** What must be left of it for a hand-over to begin. */
const LEAST_MS = HANDOVER_MS + 5_000

/** An e-mail that this process has in hand. */
export interface Held {
  siteId: string
  id: string
  /** The end of the lease, as the database writes it: who still finds it there has the e-mail. */
  lease: string
  /** When the lease began or earlier, on the clock of performance.now(), which nobody can set. */
  since: number
}

/**
 * To be called when the turn of an e-mail has come: one that has waited long is taken in hand anew.
 *
 * @returns whether it is still in hand; not when another worker has taken it over, or it was cancelled
 */
export async function keepInHand(app: App, held: Held): Promise<boolean> {
  const now = performance.now()
  if (held.since + LEASE_MS - now >= LEAST_MS) return true
  const renewed = await setLease(app, held, leaseEnd)
  if (!renewed) return false
  held.lease = renewed.lease!
  held.since = now
  return true
}

/** Another worker may have it at once. */
export async function letGo(app: App, held: Held): Promise<void> {
  await setLease(app, held, null)
}

/** Nothing is returned when the e-mail is not in hand any more. */
async function setLease({ db }: App, { siteId, id, lease }: Held, end: typeof leaseEnd | null) {
  return db
    .updateTable('emails')
    .set({ sending_until: end })
    .where('site_id', '=', siteId)
    .where('id', '=', id)
    .where('status', '=', 'pending')
    .where('sending_until', '=', sql<Date>`${lease}::timestamptz`)
    .returning(sql<string | null>`sending_until::text`.as('lease'))
    .executeTakeFirst()
}
