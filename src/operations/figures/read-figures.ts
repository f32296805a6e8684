import { sql } from 'kysely'
import type { Db } from '../../platform/db/database.ts'

export interface Day {
  /** In the time zone of the site: 2026-01-31. */
  day: string
  /** Grants that were made on that day. */
  grants: number
  /** Customers who had access to something when the day ended; of today, who have it now. */
  active_members: number
}

export interface Figures {
  time_zone: string
  /** Today last. */
  days: Day[]
}

/** The figures of a site for each of the last days, which are those of its time zone. */
export async function readFigures(db: Db, siteId: string, days: number, now: Date): Promise<Figures> {
  const { time_zone } = await db
    .selectFrom('sites')
    .select('time_zone')
    .where('id', '=', siteId)
    .executeTakeFirstOrThrow()
  const dayOf = (moment: ReturnType<typeof sql>) => sql`(${moment} at time zone ${time_zone}::text)::date`
  // Access through several grants counts once: their periods are put together, per customer.
  const { rows } = await sql<{ day: string; grants: number; change: number }>`
    with wanted as (
      select ${dayOf(sql`${now}::timestamptz`)} as last, ${dayOf(sql`${now}::timestamptz`)} - ${days - 1}::int as first
    ), known as materialized (
      select customer_id, granted_at, starts_at,
             coalesce(least(revoked_at, expires_at), 'infinity') as ends_at
        from offer_grants, wanted
       where site_id = ${siteId}
         and (coalesce(least(revoked_at, expires_at), 'infinity') > (first::timestamp at time zone ${time_zone}::text)
              or granted_at >= (first::timestamp at time zone ${time_zone}::text))
    ), spans as (
      select unnest(range_agg(tstzrange(starts_at, ends_at))) as span
        from known where starts_at < ends_at and starts_at <= ${now} group by customer_id
    ), changes as (
      select ${dayOf(sql`lower(span)`)} as day, 1 as change from spans
      union all
      select ${dayOf(sql`upper(span)`)}, -1 from spans where upper(span) <= ${now}
    ), changed as (
      select greatest(day, first) as day, sum(change) as change from changes, wanted group by 1
    ), granted as (
      select ${dayOf(sql`granted_at`)} as day, count(*) as count from known group by 1
    )
    select to_char(d.day, 'YYYY-MM-DD') as day, coalesce(g.count, 0)::int as grants,
           coalesce(c.change, 0)::int as change
      from wanted, generate_series(first, last, '1 day') listed (at)
     cross join lateral (select listed.at::date as day) d
      left join granted g on g.day = d.day
      left join changed c on c.day = d.day
     order by d.day`.execute(db)
  let active_members = 0
  return {
    time_zone,
    days: rows.map(({ day, grants, change }) => {
      active_members += change
      return { day, grants, active_members }
    }),
  }
}
