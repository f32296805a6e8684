import { sql } from 'kysely'
import type { App } from '../platform/app.ts'
import { CLEAN_BATCH, type Cleaned, cleanOldest } from '../platform/queue/clean-oldest.ts'

/**
 * Removes deliveries that ended long ago, with their attempts. That each was there, and whether it succeeded, is
 * kept for as long as its event.
 */
export const cleanDeliveries = (app: App): Promise<number> =>
  cleanOldest(app, app.config.KEEP_DELIVERIES_DAYS, async (tx, after, before) => {
    const { rows } = await sql<Cleaned>`
      with oldest as materialized (
        select id, site_id, status, coalesce(delivered_at, failed_at, created_at) as ended_at, created_at
          from webhook_deliveries where id > ${after} order by id limit ${CLEAN_BATCH}
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
             (select max(id) from oldest having max(created_at) < ${before} and count(*) = ${CLEAN_BATCH}) as last`.execute(
      tx,
    )
    return rows[0]!
  })
