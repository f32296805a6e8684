import { sql } from 'kysely'
import type { App } from '../app.ts'
import { inTransaction, type Tx } from '../db/database.ts'
import type { Event, EventType } from './events.ts'

/** What listeners are told of an event: the event itself, and how its site is set. */
export type HeardEvent<Type extends EventType = EventType> = Event<Type> & {
  site: { send_offer_grant_email: boolean }
}

const BATCH = 500

/**
 * Turns the oldest undispatched events into what follows from them, all in one transaction: `react`
 * writes the rows, which are unique by their cause, and their jobs; then the events are marked. Any number
 * of processes may do this at once.
 *
 * @returns how many events there were
 */
export async function dispatchEvents(
  app: App,
  react: (tx: Tx, events: HeardEvent[], now: Date) => Promise<void>,
): Promise<number> {
  return inTransaction(app.db, async (tx) => {
    const events = await claimEvents(tx)
    if (events.length === 0) return 0
    const now = app.clock.now()
    await react(tx, events, now)
    await sql`
      update events e set dispatched_at = ${now}
        from unnest(${events.map(({ site_id }) => site_id)}::bigint[], ${events.map(({ id }) => id)}::bigint[]) as d (site_id, id)
       where e.site_id = d.site_id and e.id = d.id`.execute(tx)
    return events.length
  })
}

async function claimEvents(tx: Tx): Promise<HeardEvent[]> {
  const { rows } = await sql<HeardEvent>`
    select e.*, json_build_object('send_offer_grant_email', s.send_offer_grant_email) as site
      from events e join sites s on s.id = e.site_id
     where e.dispatched_at is null
     order by e.id limit ${BATCH}
       for update of e skip locked`.execute(tx)
  return rows
}
