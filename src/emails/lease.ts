import { type RawBuilder, sql } from 'kysely'
import type { App } from '../platform/app.ts'
import { leaseEnd } from '../platform/queue/lease.ts'
import { HANDOVER_MS } from './mailer.ts'

/**
 * How long a worker holds an e-mail that it is about to send: longer than sending can take, including the wait for a
 * connection and for the database. After the lease another worker may claim it, within a minute of the death of the
 * first.
 */
export const LEASE_MS = HANDOVER_MS + 10_000

/** Remaining lease that is required to start sending. */
const LEAST_MS = HANDOVER_MS + 5_000

/** An e-mail that this process has leased. */
export interface Leased {
  siteId: string
  id: string
  /** The end of the lease, as the database writes it: the worker that still finds it there holds the lease. */
  lease: string
  /** When the lease began or earlier, on the clock of performance.now(), which nobody can set. */
  since: number
}

/**
 * Called just before an e-mail is sent: renews its lease when too little of it is left.
 *
 * @returns whether the lease is still held; false when another worker has claimed the e-mail, or it was cancelled
 */
export async function renewLease(app: App, held: Leased): Promise<boolean> {
  const now = performance.now()
  if (held.since + LEASE_MS - now >= LEAST_MS) return true
  const renewed = await setLease(app, held, leaseEnd(LEASE_MS))
  if (!renewed) return false
  held.lease = renewed.lease!
  held.since = now
  return true
}

/** Another worker may claim it at once. */
export async function releaseLease(app: App, held: Leased): Promise<void> {
  await setLease(app, held, null)
}

/** Undefined when the lease is not held any more. */
async function setLease({ db }: App, { siteId, id, lease }: Leased, end: RawBuilder<Date> | null) {
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
