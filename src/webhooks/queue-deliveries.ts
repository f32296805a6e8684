import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import { type Event, resourceOf } from '../platform/events/events.ts'
import { hookEventsOf } from './hook-events.ts'

/**
 * Queues, in the dispatcher's transaction, the deliveries of these events, one per hook and event. The
 * hooks are locked first, all in one order: a transaction that disables or releases one sees what was queued before.
 */
export async function queueDeliveries(tx: Tx, events: Event[], now: Date): Promise<void> {
  const subjects = events.flatMap((event) => {
    const { site_id, id, contact_id } = event
    return hookEventsOf(event).map((name) => ({
      site_id,
      id,
      contact_id,
      name,
      resource_id: resourceOf(event),
    }))
  })
  if (subjects.length === 0) return
  await sql`
    with subjects as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(subjects)}::jsonb)
                    e (site_id bigint, id bigint, contact_id bigint, name text, resource_id bigint)
    ), hearing as materialized (
      select h.site_id, h.id, h.event, h.resource_id, h.due_at
        from hooks h
       where (h.event, h.site_id) in (select name, site_id from subjects)
         and h.deleted_at is null and h.disabled_at is null
       order by h.id for no key update
    ), queued as (
      insert into webhook_deliveries (site_id, hook_id, event, event_id, contact_id, due_at, created_at)
      select e.site_id, h.id, h.event, e.id, e.contact_id, ${now}, ${now}
        from subjects e
        join hearing h on h.site_id = e.site_id and h.event = e.name
                      and coalesce(h.resource_id = e.resource_id, h.resource_id is null)
       order by e.id, h.id
      on conflict do nothing
      returning site_id, hook_id
    )
    -- What was locked is the newest: a hook may have been released since this statement began.
    update hooks h set due_at = ${now}
      from hearing
     where h.id = hearing.id and h.site_id = hearing.site_id and coalesce(hearing.due_at > ${now}, true)
       and (hearing.id, hearing.site_id) in (select hook_id, site_id from queued)`.execute(tx)
}
