/** Forgets what happened long ago. Grants, customers and e-mails stay. */

import { sql } from 'kysely'
import type { App } from '../platform/app.ts'
import { inTransaction, type Tx } from '../platform/db/database.ts'
import { daysBefore } from '../platform/jsonapi/field-types.ts'

/** Rows that are looked at in a statement, in the order of their ids, which is that of their age. */
const BATCH = 2_000
/** So much at once, that a worker can be stopped in between. */
const MOST = 10_000

/**
 * Looks at the oldest first, batch after batch, until there is one that is young enough to stay: an index by age
 * would cost every event and delivery something.
 */
async function walk(app: App, days: number, clean: CleanBatch): Promise<number> {
  const before = daysBefore(app.clock.now(), days)
  let count = 0
  for (let after: string | null = '0'; after !== null && count < MOST; ) {
    const done: Cleaned = await inTransaction(app.db, (tx) => clean(tx, after!, before))
    count += done.removed
    after = done.last
  }
  return count
}

type CleanBatch = (tx: Tx, after: string, before: Date) => Promise<Cleaned>

interface Cleaned {
  removed: number
  /** Id of the last that was looked at; null when all that is old enough was. */
  last: string | null
}

/**
 * Removes deliveries that ended long ago, with their attempts. That each was there, and whether it succeeded, is
 * kept for as long as its event.
 */
export const cleanDeliveries = (app: App): Promise<number> =>
  walk(app, app.config.KEEP_DELIVERIES_DAYS, async (tx, after, before) => {
    const { rows } = await sql<Cleaned>`
      with oldest as materialized (
        select id, site_id, status, coalesce(delivered_at, failed_at, created_at) as ended_at, created_at
          from webhook_deliveries where id > ${after} order by id limit ${BATCH}
      ), old as (
        select id, site_id from oldest where status <> 'pending' and ended_at < ${before}
      ), removed as (
        delete from webhook_deliveries d using old
         where d.id = old.id and d.site_id = old.site_id and d.status <> 'pending'
        returning d.id, d.site_id, d.hook_id, d.event_id, d.run_id, d.step, d.status
      ), attempts as (
        delete from webhook_attempts a using removed r where a.delivery_id = r.id and a.site_id = r.site_id
      ), noted as (
        insert into removed_deliveries as n (site_id, event_id, hook_id, run_id, step, was_delivered, removed_at)
        select r.site_id, r.event_id, r.hook_id, r.run_id, r.step, r.status = 'delivered', ${app.clock.now()}
          from removed r join events e on e.site_id = r.site_id and e.id = r.event_id
        on conflict (event_id, hook_id, run_id, step, site_id) do update
           set was_delivered = n.was_delivered or excluded.was_delivered, removed_at = excluded.removed_at
      )
      select (select count(*)::int from removed) as removed,
             (select max(id) from oldest having max(created_at) < ${before} and count(*) = ${BATCH}) as last`.execute(
      tx,
    )
    return rows[0]!
  })

/**
 * Removes events that happened long ago, with the runs that they started. One stays as long as anything does that
 * has not ended because of it, and as long as one that it caused: chains are forgotten from their ends.
 */
export const cleanEvents = (app: App): Promise<number> =>
  walk(app, app.config.KEEP_EVENTS_DAYS, async (tx, after, before) => {
    const { rows } = await sql<Cleaned>`
      with oldest as materialized (
        select id, site_id, occurred_at, dispatched_at from events where id > ${after} order by id limit ${BATCH}
      ), old as materialized (
        select id, site_id from oldest e
         -- What followed from it is no older than that.
         where dispatched_at < ${before}
           and not exists (select from events c where c.caused_by = e.id and c.site_id = e.site_id)
           and not exists (select from automation_runs r where r.event_id = e.id and r.site_id = e.site_id
                              and (r.status = 'active' or r.ended_at >= ${before}))
           and not exists (select from emails m where m.status = 'pending' and m.event_id = e.id and m.site_id = e.site_id)
           and not exists (select from webhook_deliveries d
                            where d.status = 'pending' and d.event_id = e.id and d.site_id = e.site_id)
           and not exists (select from member_links l where l.event_id = e.id and l.site_id = e.site_id
                              and l.used_at is null and l.expires_at >= ${before})
      ), runs as (
        delete from automation_runs r using old where r.event_id = old.id and r.site_id = old.site_id
        returning r.id, r.site_id
      ), steps as (
        delete from automation_run_steps s using runs where s.run_id = runs.id and s.site_id = runs.site_id
      ), deliveries as (
        delete from removed_deliveries d using old where d.event_id = old.id and d.site_id = old.site_id
      ), removed as (
        delete from events e using old where e.id = old.id and e.site_id = old.site_id returning e.id
      )
      select (select count(*)::int from removed) as removed,
             (select max(id) from oldest having max(occurred_at) < ${before} and count(*) = ${BATCH}) as last`.execute(
      tx,
    )
    return rows[0]!
  })
