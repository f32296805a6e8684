import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'

/** A step of an automation that calls a hook of its site. */
export interface HookCall {
  siteId: string
  hookId: string
  /** What started the run. */
  eventId: string
  contactId: string
  runId: string
  step: number
}

/**
 * Writes down, in the transaction of the steps, that these hooks are to be called: once for each step. A hook
 * that is disabled or deleted is not called, nor one for another event than `automation`.
 */
export async function callHooks(tx: Tx, calls: HookCall[], now: Date): Promise<void> {
  if (calls.length === 0) return
  await sql`
    with called as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(calls)}::jsonb)
                    c ("siteId" bigint, "hookId" bigint, "eventId" bigint, "contactId" bigint, "runId" bigint, step integer)
    ), hearing as materialized (
      select h.site_id, h.id, h.event, h.due_at
        from hooks h
       where (h.id, h.site_id) in (select "hookId", "siteId" from called) and h.event = 'automation'
         and h.deleted_at is null and h.disabled_at is null
       order by h.id for no key update
    ), queued as (
      insert into webhook_deliveries (site_id, hook_id, event, event_id, contact_id, run_id, step, due_at, created_at)
      select h.site_id, h.id, h.event, c."eventId", c."contactId", c."runId", c.step, ${now}, ${now}
        from called c join hearing h on h.site_id = c."siteId" and h.id = c."hookId"
       order by c."runId"
      on conflict do nothing
      returning site_id, hook_id
    )
    -- What was locked is the newest: a hook may have been released since this statement began.
    update hooks h set due_at = ${now}
      from hearing
     where h.id = hearing.id and h.site_id = hearing.site_id and coalesce(hearing.due_at > ${now}, true)
       and (hearing.id, hearing.site_id) in (select hook_id, site_id from queued)`.execute(tx)
}
