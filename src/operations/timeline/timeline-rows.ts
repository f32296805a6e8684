/** The queries behind the timeline of a grant: one for each kind of row, each with a limit. */
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../platform/db/database.ts'

/** Maximum number of rows of each kind in a timeline; beyond it `truncated` names the kind. */
export const MOST = 500
/** Maximum length of a chain of events, see docs/automations.md. */
const LONGEST_CHAIN = 20

export interface EventRow {
  id: string
  type: string
  occurred_at: Date
  actor: string
  actor_name: string | null
  request_id: string | null
  caused_by: string | null
  run_id: string | null
  automation_id: string | null
  automation_name: string | null
  offer_id: string | null
  grant_id: string | null
}

/** An effect of an event, or of the step of a run. */
interface Effect {
  id: string
  event_id: string
  run_id: string | null
  step: number | null
  status: string
  attempts: number
  created_at: Date
}

export interface EmailRow extends Effect {
  kind: string
  sent_at: Date | null
  failed_at: Date | null
}

export interface DeliveryRow extends Effect {
  hook_id: string
  event: string
  due_at: Date | null
  delivered_at: Date | null
  failed_at: Date | null
}

export interface RunRow {
  id: string
  event_id: string
  automation_id: string
  automation_name: string | null
  status: string
  reason: string | null
  due_at: Date | null
  error: string | null
  created_at: Date
  ended_at: Date | null
}

export interface StepRow {
  run_id: string
  position: number
  action: string
  state: string
  detail: object
  done_at: Date
}

/** Removed deliveries of an event or of a run. */
export interface RemovedRow {
  event_id: string
  run_id: string | null
  count: number
  /** When the last of them was removed. */
  removed_at: Date
}

/** The event that recorded a grant, and those that led to it, from the nearest to the first. */
export async function readCauses(
  db: Db,
  siteId: string,
  grantId: string,
  contactId: string,
): Promise<EventRow[]> {
  const { rows } = await sql<EventRow>`
    with recursive chain (id, caused_by, distance) as (
      select e.id, e.caused_by, 0 from events e
       where e.site_id = ${siteId} and e.contact_id = ${contactId} and e.grant_id = ${grantId} and e.type = 'offer_granted'
       union all
      select e.id, e.caused_by, c.distance + 1 from chain c
        join events e on e.site_id = ${siteId} and e.id = c.caused_by
       where c.distance < ${LONGEST_CHAIN}
    )
    ${eventsOf(siteId, sql`chain`)} order by chain.distance`.execute(db)
  return rows
}

/** The events of a grant and all their effects, in order, and the creation of the customer if the grant created it. */
export async function readEvents(
  db: Db,
  siteId: string,
  grantId: string,
  contactId: string,
): Promise<EventRow[]> {
  const { rows } = await sql<EventRow>`
    with recursive own as (
      select e.id, e.type, e.data, e.grant_id from events e
       where e.site_id = ${siteId} and e.contact_id = ${contactId}
         and (e.grant_id = ${grantId} or e.type = 'customer_created')
    ), shown (id) as (
      select o.id from own o
       where o.grant_id is not null
          or exists (select from own g where g.type = 'offer_granted' and (g.data ->> 'customer_created')::boolean)
       union
      select e.id from shown t join events e on e.site_id = ${siteId} and e.caused_by = t.id
    ), first as (select id from shown limit ${MOST + 1})
    ${eventsOf(siteId, sql`first`)} order by e.id`.execute(db)
  return rows
}

/** @param ids a table of the ids */
const eventsOf = (siteId: string, ids: RawBuilder<unknown>) => sql`
    select e.id, e.type, e.occurred_at, e.actor, coalesce(k.name, u.name) as actor_name, e.request_id, e.caused_by, e.run_id,
           r.automation_id, a.name as automation_name, e.offer_id, e.grant_id
      from ${ids}
      join events e on e.site_id = ${siteId} and e.id = ${ids}.id
      left join automation_runs r on r.site_id = e.site_id and r.id = e.run_id
      left join automations a on a.site_id = r.site_id and a.id = r.automation_id
      left join api_keys k on e.actor = 'api_key:' || k.id
      left join users u on e.actor = 'user:' || u.id`

export async function readRuns(db: Db, siteId: string, eventIds: string[]): Promise<RunRow[]> {
  const { rows } = await sql<RunRow>`
    select r.id, r.event_id, r.automation_id, a.name as automation_name, r.status, r.reason, r.due_at, r.error,
           r.created_at, r.ended_at
      from automation_runs r left join automations a on a.site_id = r.site_id and a.id = r.automation_id
     where r.site_id = ${siteId} and r.event_id = any (${eventIds}::bigint[])
     order by r.id limit ${MOST + 1}`.execute(db)
  return rows
}

export async function readSteps(db: Db, siteId: string, runIds: string[]): Promise<StepRow[]> {
  const { rows } = await sql<StepRow>`
    select run_id, position, action, state, detail, done_at from automation_run_steps
     where site_id = ${siteId} and run_id = any (${runIds}::bigint[])
     order by run_id, position limit ${MOST + 1}`.execute(db)
  return rows
}

export async function readEmails(
  db: Db,
  siteId: string,
  eventIds: string[],
  runIds: string[],
): Promise<EmailRow[]> {
  const { rows } = await sql<EmailRow>`
    select id, kind, event_id, run_id, step, status, attempts, created_at, sent_at, failed_at from emails
     where ${effectsOf(siteId, eventIds, runIds)} order by id limit ${MOST + 1}`.execute(db)
  return rows
}

export async function readDeliveries(
  db: Db,
  siteId: string,
  eventIds: string[],
  runIds: string[],
): Promise<DeliveryRow[]> {
  const { rows } = await sql<DeliveryRow>`
    select id, hook_id, event, event_id, run_id, step, status, attempts, due_at, created_at, delivered_at, failed_at
      from webhook_deliveries
     where ${effectsOf(siteId, eventIds, runIds)} order by id limit ${MOST + 1}`.execute(db)
  return rows
}

export async function readRemovedDeliveries(
  db: Db,
  siteId: string,
  eventIds: string[],
): Promise<RemovedRow[]> {
  const { rows } = await sql<RemovedRow>`
    select event_id, run_id, count(*)::int as count, max(removed_at) as removed_at
      from removed_deliveries
     where site_id = ${siteId} and event_id = any (${eventIds}::bigint[])
     group by event_id, run_id`.execute(db)
  return rows
}

/** Uses the two unique indexes on causes. */
const effectsOf = (siteId: string, eventIds: string[], runIds: string[]) => sql`
  site_id = ${siteId} and (run_id is null and event_id = any (${eventIds}::bigint[]) or run_id = any (${runIds}::bigint[]))`
