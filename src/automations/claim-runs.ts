import { sql } from 'kysely'
import type { Condition } from '../people/contacts/conditions.ts'
import { type Tx, withoutSorting } from '../platform/db/database.ts'
import { type ClaimedRun, DEEPEST, type StopReason } from './run.ts'

/** A run that is due, locked for this transaction, with what is known about it before anything is done. */
export type DueRun = ClaimedRun & {
  /** Null: there are none. */
  conditions: Condition | null
  /** Why it goes no further. */
  refusal: StopReason | null
}

/**
 * Takes the runs that have been due for longest, and that no other worker has claimed, nor another run of the same
 * contact: what one does, the conditions of the next see. Their contacts are locked against being deleted.
 */
export async function claimRuns(tx: Tx, now: Date, limit: number): Promise<DueRun[]> {
  const query = sql<DueRun>`
    with due as materialized (
      select * from automation_runs
       where status = 'active' and due_at <= ${now}
       order by due_at, id limit ${limit}
         for update skip locked
    ), free as materialized (
      select site_id, contact_id from (select distinct site_id, contact_id from due) c
       where pg_try_advisory_xact_lock(hashint8(site_id), hashint8(contact_id))
    )
    select r.site_id as "siteId", r.id, r.automation_id as "automationId", r.event_id as "eventId",
           e.request_id as "requestId", r.contact_id as "contactId", r.depth, r.step, r.attempts,
           v.definition -> 'actions' -> r.step as action,
           r.step = jsonb_array_length(v.definition -> 'actions') - 1 as "isLast",
           r.step > 0 or r.begun_at is not null as "hasBegun", nullif(v.definition -> 'conditions', 'null') as conditions,
           case when a.deleted_at is not null then 'automation_deleted'
                when a.disabled_at is not null then 'automation_disabled'
                when c.is_living is null then 'contact_deleted'
                when r.step = 0 and r.begun_at is null and r.depth >= ${DEEPEST} then 'depth_limit' end as refusal
      from due r
      join free using (site_id, contact_id)
      join automations a on a.id = r.automation_id and a.site_id = r.site_id
      join automation_versions v
        on v.automation_id = r.automation_id and v.version = r.version and v.site_id = r.site_id
      left join lateral (
        select request_id from events e where e.id = r.event_id and e.site_id = r.site_id limit 1) e on true
      left join lateral (
        select true as is_living from contacts c
         where c.id = r.contact_id and c.site_id = r.site_id and c.deleted_at is null
         limit 1 for key share) c on true
     order by r.due_at, r.id`
  const { rows } = await withoutSorting(tx, () => query.execute(tx))
  return rows
}
