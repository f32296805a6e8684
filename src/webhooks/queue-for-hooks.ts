import { type RawBuilder, sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'

/** What hooks are to be notified of. */
export interface Notification {
  site_id: string
  /** For a step of an automation, the event that started the run. */
  event_id: string
  contact_id: string | null
  /** Name of the event, as hooks subscribe to it. */
  event?: string
  resource_id?: string | null
  hook_id?: string
  run_id?: string
  step?: number
}

/** Which hooks `h` get a notification `n`. */
export interface Subscription {
  /** Condition on the hooks that are locked: those of all `notifications`. */
  isConcerned: RawBuilder<unknown>
  /** Condition on the one and the other. */
  gets: RawBuilder<unknown>
}

/**
 * Queues deliveries to enabled hooks, each once, in the transaction of their cause. The hooks are locked first, all in
 * one order: a transaction that disables or releases one sees what was queued before.
 */
export async function queueForHooks(
  tx: Tx,
  notifications: Notification[],
  { isConcerned, gets }: Subscription,
  now: Date,
): Promise<void> {
  if (notifications.length === 0) return
  await sql`
    with notifications as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(notifications)}::jsonb)
                    n (site_id bigint, event_id bigint, contact_id bigint, event text, resource_id bigint, hook_id bigint,
                       run_id bigint, step integer)
    ), subscribed as materialized (
      select h.site_id, h.id, h.event, h.resource_id, h.due_at
        from hooks h
       where ${isConcerned} and h.deleted_at is null and h.disabled_at is null
       order by h.id for no key update
    ), queued as (
      insert into webhook_deliveries (site_id, hook_id, event, event_id, contact_id, run_id, step, due_at, created_at)
      select h.site_id, h.id, h.event, n.event_id, n.contact_id, n.run_id, n.step, ${now}, ${now}
        from notifications n join subscribed h on h.site_id = n.site_id and ${gets}
       order by n.event_id, n.run_id, h.id
      on conflict do nothing
      returning site_id, hook_id
    )
    -- What was locked is the newest: a hook may have been released since this statement began.
    update hooks h set due_at = ${now}
      from subscribed
     where h.id = subscribed.id and h.site_id = subscribed.site_id and coalesce(subscribed.due_at > ${now}, true)
       and (subscribed.id, subscribed.site_id) in (select hook_id, site_id from queued)`.execute(tx)
}
