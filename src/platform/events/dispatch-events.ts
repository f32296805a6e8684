import { sql } from 'kysely'
import type { App } from '../app.ts'
import type { Tx } from '../db/database.ts'
import { type Backoff, doubling, nextAttempt } from '../queue/backoff.ts'
import { processBatch } from '../queue/process-batch.ts'
import type { Event, EventType } from './events.ts'

/** An event as a listener receives it, with the settings of its site. */
export type DispatchedEvent<Type extends EventType = EventType> = Event<Type> & {
  site: { send_offer_grant_email: boolean; send_access_ending_email: boolean }
}

/** The settings of the site `s` of an event, as listeners receive them. */
export const SITE_SETTINGS = sql`
  json_build_object('send_offer_grant_email', s.send_offer_grant_email,
                    'send_access_ending_email', s.send_access_ending_email)`

/** A handler of events, and the types that it handles. */
export interface Listener {
  types: readonly string[]
  react: (tx: Tx, events: DispatchedEvent[], now: Date) => Promise<void>
}

const BATCH = 500
const BACKOFF: Backoff = { pausesMs: doubling(30_000, 3_600_000), maxAttempts: null }

/** The site at which a process continues: sites are served in rotation, however much waits on one of them. */
const nextSite = new WeakMap<App, string>()

/**
 * Dispatches undispatched events to their effects, all in one transaction: the listener writes the rows, which are
 * unique by their cause; then the events are marked. Any number of processes may do this: each locks the sites whose
 * events it dispatches, so that effects are queued in the order of the events of a site. Events that the listener does
 * not know are left for a newer version; one that fails is retried with backoff and does not block the others.
 *
 * @returns number of events; others may be in progress in another process
 */
export const dispatchEvents = (app: App, listener: Listener): Promise<number> =>
  processBatch(app, {
    what: 'events',
    size: BATCH,
    claim: (tx, limit) => claimEvents(app, tx, listener.types, limit),
    process: (tx, events) => reactTo(app, tx, listener, events),
    recordFailure: (tx, event, error) => defer(app, tx, event, error),
    committed: (events) => nextSite.set(app, siteAfter(events)),
  })

/** After a single event, its own site: one at a time, events are processed in the order of a batch. */
function siteAfter(events: ClaimedEvent[]): string {
  const { site_id } = events.at(-1)!
  return events.length === 1 ? site_id : String(BigInt(site_id) + 1n)
}

async function claimEvents(
  app: App,
  tx: Tx,
  types: readonly string[],
  limit: number,
): Promise<ClaimedEvent[]> {
  const { rows } = await sql<ClaimedEvent>`
    select e.*, ${SITE_SETTINGS} as site
      from claim_events(${types}::text[], ${app.clock.now()}, ${nextSite.get(app) ?? '1'}, ${limit})
           with ordinality e
      join sites s on s.id = e.site_id
     order by e.ordinality`.execute(tx)
  return rows
}

type ClaimedEvent = DispatchedEvent & { dispatch_attempts: number }

async function reactTo(app: App, tx: Tx, { react }: Listener, events: DispatchedEvent[]): Promise<void> {
  const now = app.clock.now()
  await react(tx, events, now)
  await sql`
    update events e set dispatched_at = ${now}
      from unnest(${events.map(({ site_id }) => site_id)}::bigint[], ${events.map(({ id }) => id)}::bigint[]) as d (site_id, id)
     where e.site_id = d.site_id and e.id = d.id`.execute(tx)
}

async function defer(app: App, tx: Tx, event: ClaimedEvent, error: Error): Promise<void> {
  const { site_id, id, type } = event
  const attempts = event.dispatch_attempts + 1
  const until = nextAttempt(BACKOFF, attempts, app.clock.now())
  await tx
    .updateTable('events')
    .set({
      dispatch_attempts: attempts,
      dispatch_after: until,
      dispatch_error: error.message,
    })
    .where('site_id', '=', site_id)
    .where('id', '=', id)
    .execute()
  app.log.error({ event: { site_id, id, type }, until, err: error }, 'an event failed and will be retried')
}
