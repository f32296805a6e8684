import { sql } from 'kysely'
import type { App } from '../platform/app.ts'
import { CLEAN_BATCH, type Cleaned, cleanOldest } from '../platform/queue/clean-oldest.ts'

/**
 * Removes events that happened long ago, with the runs that they started. Grants, customers and e-mails stay. One stays as long as anything does that
 * has not ended because of it, and as long as one that it caused: chains are forgotten from their ends.
 */
export const cleanEvents = (app: App): Promise<number> =>
  cleanOldest(app, app.config.KEEP_EVENTS_DAYS, async (tx, after, before) => {
    const { rows } = await sql<Cleaned>`
      with oldest as materialized (
        select id, site_id, occurred_at, dispatched_at from events where id > ${after} order by id limit ${CLEAN_BATCH}
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
             (select max(id) from oldest having max(occurred_at) < ${before} and count(*) = ${CLEAN_BATCH}) as last`.execute(
      tx,
    )
    return rows[0]!
  })
