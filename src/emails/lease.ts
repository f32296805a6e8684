import type { App } from '../app.ts'
import { systemClock } from '../clock/clock.ts'
import { HANDOVER_MS } from './mailer.ts'

/**
 * How long an e-mail belongs to the worker that is about to hand it over: until that has surely ended, also when
 * it waits for its turn and for the database first. Only then may another worker take it over, within a minute of
 * the death of the first. By the real time: moving the clock hurries no mail server.
 */
export const LEASE_MS = HANDOVER_MS + 10_000
export const newLease = () => new Date(systemClock.now().getTime() + LEASE_MS)

/** What must be left of it for a hand-over to begin. */
const LEAST_MS = HANDOVER_MS + 5_000

/** An e-mail that this process has in hand. */
export interface Held {
  siteId: string
  id: string
  until: Date
}

/**
 * To be called when the turn of an e-mail has come: one that has waited long is taken in hand anew.
 *
 * @returns whether it is still in hand; not when another worker has taken it over, or it was cancelled
 */
export async function keepInHand(app: App, held: Held): Promise<boolean> {
  if (held.until.getTime() - systemClock.now().getTime() >= LEAST_MS) return true
  const until = newLease()
  const isKept = await setLease(app, held, until)
  held.until = until
  return isKept
}

/** Another worker may have it at once. */
export async function letGo(app: App, held: Held): Promise<void> {
  await setLease(app, held, null)
}

async function setLease({ db }: App, { siteId, id, until }: Held, lease: Date | null): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('emails')
    .set({ sending_until: lease })
    .where('site_id', '=', siteId)
    .where('id', '=', id)
    .where('status', '=', 'pending')
    .where('sending_until', '=', until)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
