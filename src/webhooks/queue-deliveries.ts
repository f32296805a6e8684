import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import { confinedIdOf, type Event } from '../platform/events/events.ts'
import { hookEventsOf } from './hook-events.ts'
import { queueForHooks, type Subscription } from './queue-for-hooks.ts'

/** Hooks for this name of an event, confined to nothing or to what the event is about. */
const SUBSCRIPTION: Subscription = {
  isConcerned: sql`(h.event, h.site_id) in (select event, site_id from notifications)`,
  gets: sql`h.event = n.event and coalesce(h.resource_id = n.resource_id, h.resource_id is null)`,
}

/** Queues, in the dispatcher's transaction, the deliveries of these events, one per hook and event. */
export async function queueDeliveries(tx: Tx, events: Event[], now: Date): Promise<void> {
  const notifications = events.flatMap((event) =>
    hookEventsOf(event).map((name) => ({
      site_id: event.site_id,
      event_id: event.id,
      contact_id: event.contact_id,
      event: name,
      resource_id: confinedIdOf(event),
    })),
  )
  await queueForHooks(tx, notifications, SUBSCRIPTION, now)
}
