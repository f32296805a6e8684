import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import { confinedIdOf, type Event } from '../platform/events/events.ts'

/**
 * Starts a run of every automation that waits for one of these events, in the dispatcher's transaction; whether
 * its conditions are met is found when the run begins. An event starts an automation at most once.
 */
export async function startRuns(tx: Tx, events: Event[], now: Date): Promise<void> {
  const heard = events
    .filter(({ contact_id }) => contact_id !== null)
    .map((event) => ({ ...event, resource_id: confinedIdOf(event) }))
  if (heard.length === 0) return
  await sql`
    insert into automation_runs (site_id, automation_id, version, event_id, contact_id, depth, due_at, created_at)
    select e.site_id, a.id, a.version, e.id, e.contact_id, e.depth, ${now}, ${now}
      from jsonb_to_recordset(${JSON.stringify(heard)}::jsonb)
           e (site_id bigint, id bigint, type text, contact_id bigint, depth integer, resource_id bigint)
      join automations a on a.site_id = e.site_id and a.trigger = e.type and a.deleted_at is null and a.disabled_at is null
                        and coalesce(a.resource_id = e.resource_id, a.resource_id is null)
     order by e.id, a.id
    on conflict do nothing`.execute(tx)
}
