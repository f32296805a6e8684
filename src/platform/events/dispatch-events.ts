import { sql } from 'kysely'
import type { App } from '../app.ts'
import { inTransaction, isConnectionLost, type Tx, withoutSorting, withSavepoint } from '../db/database.ts'
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

/**
 * Dispatches the oldest undispatched events to their effects, all in one transaction: the listener writes the rows,
 * which are unique by their cause; then the events are marked. Any number of processes may do this; a lock lets one
 * at a time through, so that effects are queued in the order of the events. Events that the listener does not know
 * are left for a newer version; one that fails is retried with backoff and does not block the others.
 *
 * @returns number of events
 */
export async function dispatchEvents(app: App, listener: Listener): Promise<number> {
  try {
    return await inTransaction(app.db, (tx) => dispatch(app, tx, listener, BATCH))
  } catch (error) {
    if (isConnectionLost(error)) throw error
    app.log.warn({ err: error }, 'a batch of events failed; they are dispatched one at a time')
    return dispatchSingly(app, listener)
  }
}

async function dispatchSingly(app: App, listener: Listener): Promise<number> {
  for (let count = 0; ; count++) {
    if (count === BATCH || !(await dispatchOne(app, listener))) return count
  }
}

/** Whether there was one. The lock is held until a failure is recorded. */
async function dispatchOne(app: App, listener: Listener): Promise<boolean> {
  return inTransaction(app.db, async (tx) => {
    const [event] = await claimEvents(tx, listener.types, app.clock.now(), 1)
    if (!event) return false
    await withSavepoint(
      tx,
      () => reactTo(app, tx, listener, [event]),
      (error) => defer(app, tx, event, error),
    )
    return true
  })
}

async function dispatch(app: App, tx: Tx, listener: Listener, limit: number): Promise<number> {
  const events = await claimEvents(tx, listener.types, app.clock.now(), limit)
  if (events.length > 0) await reactTo(app, tx, listener, events)
  return events.length
}

async function claimEvents(
  tx: Tx,
  types: readonly string[],
  now: Date,
  limit: number,
): Promise<ClaimedEvent[]> {
  await lockDispatch(tx)
  const query = sql<ClaimedEvent>`
    select e.*, json_build_object('send_offer_grant_email', s.send_offer_grant_email) as site
      from events e join sites s on s.id = e.site_id
     where e.dispatched_at is null and e.type = any (${types}::text[])
       and (e.dispatch_after is null or e.dispatch_after <= ${now})
     order by e.id limit ${limit}`
  const { rows } = await withoutSorting(tx, () => query.execute(tx))
  return rows
}

/** Held until the transaction ends; the timeout ends it when its process hangs. */
async function lockDispatch(tx: Tx): Promise<void> {
  await sql`
    select set_config('idle_in_transaction_session_timeout', '15s', true),
           pg_advisory_xact_lock(hashtext('bestow dispatch'))`.execute(tx)
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
