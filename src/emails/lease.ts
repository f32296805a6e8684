import type { App } from '../app.ts'
import { HANDOVER_MS } from './mailer.ts'

/**
 * How long an e-mail belongs to the worker that is about to hand it over: until that has surely ended, also when
 * it waits for its turn and for the database first. Only then may another worker take it over, within a minute of
 * the death of the first.
 */
export const LEASE_MS = HANDOVER_MS + 10_000
export const leaseFrom = (now: Date) => new Date(now.getTime() + LEASE_MS)

/** What must be left of it for a hand-over to begin. */
const LEAST_MS = HANDOVER_MS + 5_000

export interface EmailId {
  siteId: string
  id: string
}

/** Another worker has the e-mail in hand, or this one ends: no attempt was made. */
export class InHandError extends Error {
  override name = 'InHandError'

  constructor(message = 'another worker has this e-mail in hand') {
    super(message)
  }
}

/**
 * To be called when the turn of an e-mail has come: one that has waited long is taken in hand anew.
 *
 * @param until it was in hand at first
 * @throws InHandError when another worker has taken it over, or this one is about to end
 */
export async function keepInHand(app: App, { siteId, id }: EmailId, until: Date): Promise<void> {
  if (app.isStopping) throw new InHandError('this worker ends, another will send it')
  const now = app.clock.now()
  if (until.getTime() - now.getTime() >= LEAST_MS) return
  const { numUpdatedRows } = await app.db
    .updateTable('emails')
    .set({ sending_until: leaseFrom(now) })
    .where('site_id', '=', siteId)
    .where('id', '=', id)
    .where('status', '=', 'pending')
    .where('sending_until', '=', until)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw new InHandError()
}
