import { sql } from 'kysely'
import { CLEAN_BATCH, cleanOldest } from '../../platform/queue/clean-oldest.ts'
import { defineQueue } from '../../platform/queue/queue.ts'
import { eventsSettled, processInbox } from './process-events.ts'

/** Longer than the provider lists an event: one that is listed again was processed already. */
const KEEP_DAYS = 60

/** Notifications of payment providers, and what is to be done there: see processInbox(). */
export const inboxQueue = defineQueue({
  name: 'payments',
  everyMs: 500,
  wakesOthers: true,
  run: processInbox,
  settle: eventsSettled,
  kind: 'payment event',
  table: 'provider_events',
  isPending: sql`due_at is not null`,
  isFailed: sql`failed_at is not null`,
  columns: {
    what: sql`type || ' of ' || object_id`,
    attempts: sql`attempts`,
    createdAt: sql`created_at`,
    error: sql`error`,
  },
  retry: (condition, now) => sql`
    update provider_events set due_at = ${now}, attempts = 0, failed_at = null where ${condition}`,
  clean: (app) =>
    cleanOldest(app, KEEP_DAYS, async (tx, after, before) => {
      const { rows } = await sql<{ removed: number; last: string | null }>`
        with oldest as materialized (
          select site_id, id, created_at, due_at from provider_events where id > ${after} order by id limit ${CLEAN_BATCH}
        ), removed as (
          delete from provider_events e using oldest o
           where e.id = o.id and e.site_id = o.site_id and o.created_at < ${before} and o.due_at is null
          returning e.id
        )
        select (select count(*)::int from removed) as removed,
               (select max(id)::text from oldest where created_at < ${before}) as last`.execute(tx)
      return rows[0]!
    }),
})
