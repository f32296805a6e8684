import { sql } from 'kysely'
import type { App } from '../app.ts'
import { inTransaction, isConnectionLost, type Tx, withSavepoint } from '../db/database.ts'
import type { Event, EventType } from './events.ts'

/** An event as a listener receives it, with the settings of its site. */
export type DispatchedEvent<Type extends EventType = EventType> = Event<Type> & {
  site: { send_offer_grant_email: boolean }
}

/** A handler of events, and the types that it handles. */
export interface Listener {
  types: readonly string[]
  react: (tx: Tx, events: DispatchedEvent[], now: Date) => Promise<void>
}

const BATCH = 500
const SHORTEST_PAUSE_MS = 30_000
const LONGEST_PAUSE_MS = 3_600_000

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
export async function dispatchEvents(app: App, listener: Listener): Promise<number> {
  try {
    const events = await inTransaction(app.db, (tx) => dispatch(app, tx, listener))
    const last = events.at(-1)
    if (last) nextSite.set(app, String(BigInt(last.site_id) + 1n))
    return events.length
  } catch (error) {
    if (isConnectionLost(error)) throw error
    app.log.warn({ err: error }, 'a batch of events failed; they are dispatched one at a time')
    return dispatchSingly(app, listener)
  }
}

async function dispatch(app: App, tx: Tx, listener: Listener): Promise<ClaimedEvent[]> {
  const events = await claimEvents(app, tx, listener.types, BATCH)
  if (events.length > 0) await reactTo(app, tx, listener, events)
  return events
}

/** In the order of a batch: the event that has failed there is among them. */
async function dispatchSingly(app: App, listener: Listener): Promise<number> {
  for (let count = 0; ; count++) {
    const event = count < BATCH && (await dispatchOne(app, listener))
    if (!event) return count
    nextSite.set(app, event.site_id)
  }
}

/** The lock of the site is held until a failure is recorded. */
async function dispatchOne(app: App, listener: Listener): Promise<ClaimedEvent | undefined> {
  return inTransaction(app.db, async (tx) => {
    const [event] = await claimEvents(app, tx, listener.types, 1)
    if (!event) return undefined
    await withSavepoint(
      tx,
      () => reactTo(app, tx, listener, [event]),
      (error) => defer(app, tx, event, error),
    )
    return event
  })
}

async function claimEvents(
  app: App,
  tx: Tx,
  types: readonly string[],
  limit: number,
): Promise<ClaimedEvent[]> {
  const { rows } = await sql<ClaimedEvent>`
    select e.*, json_build_object('send_offer_grant_email', s.send_offer_grant_email) as site
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
  const { site_id, id, type, dispatch_attempts } = event
  const pauseMs = Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** dispatch_attempts)
  const until = new Date(app.clock.now().getTime() + pauseMs)
  await tx
    .updateTable('events')
    .set({
      dispatch_attempts: dispatch_attempts + 1,
      dispatch_after: until,
      dispatch_error: error.message,
    })
    .where('site_id', '=', site_id)
    .where('id', '=', id)
    .execute()
  app.log.error({ event: { site_id, id, type }, until, err: error }, 'an event failed and will be retried')
}
