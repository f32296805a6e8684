import { type RawBuilder, sql } from 'kysely'
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

interface Window {
  siteId: string
  time_zone: string
  /** When the first day begins. */
  since: Date
  now: Date
}

/** The figures of a site for each of the last days, which are those of its time zone. */
export async function readFigures(db: Db, siteId: string, days: number, now: Date): Promise<Figures> {
  const { time_zone, since } = await db
    .selectFrom('sites')
    .select('time_zone')
    .select(
      sql<Date>`(date_trunc('day', ${now}::timestamptz at time zone time_zone) - ${days - 1} * interval '1 day')
                at time zone time_zone`.as('since'),
    )
    .where('id', '=', siteId)
    .executeTakeFirstOrThrow()
  const { rows } = await changesByDay({ siteId, time_zone, since, now }).execute(db)
  // From the last day back: those who are active now, without what has changed since.
  let active_members = rows[0]!.active
  return {
    time_zone,
    days: rows
      .map(({ day, grants, change }) => {
        const figures = { day, grants, active_members }
        active_members -= change
        return figures
      })
      .reverse(),
  }
}

interface Changes {
  day: string
  grants: number
  /** How many more customers had access when the day ended than when it began. */
  change: number
  /** How many customers have access now: the same in all rows. */
  active: number
}

/**
 * The changes of each day, the last day first. Of grants and purchases it reads those that began or ended within the
 * days, and the others of the same customers; all others that are live were active throughout, and are only counted.
 */
const changesByDay = (window: Window): RawBuilder<Changes> => {
  const { siteId, time_zone, since, now } = window
  const dayOf = (moment: RawBuilder<unknown>) => sql`(${moment} at time zone ${time_zone}::text)::date`
  return sql<Changes>`
    with changed as materialized (${changedGrants(window)}),
    customers_of_changes as materialized (
      select customer_id from changed union ${customersOfChangedPurchases(window)}
    ),
    periods as materialized (${periodsOf(sql`customers_of_changes`, siteId)}),
    -- Access through several grants and purchases counts once: their periods are put together, per customer.
    spans as materialized (
      select unnest(range_agg(tstzrange(starts_at, ends_at))) as span
        from periods where starts_at < ends_at group by customer_id
    ),
    changes as (
      select ${dayOf(sql`lower(span)`)} as day, 1 as change from spans where lower(span) between ${since} and ${now}
      union all
      select ${dayOf(sql`upper(span)`)}, -1 from spans where upper(span) between ${since} and ${now}
    ),
    active as (
      select (${holdersOf(siteId)})
             - (select count(distinct customer_id) from periods where is_live)
             + (select count(*) from spans where span @> ${now}::timestamptz) as count
    ),
    listed as (
      select moment::date as day
        from generate_series(${dayOf(sql`${since}::timestamptz`)}, ${dayOf(sql`${now}::timestamptz`)}, '1 day') moment
    )
    select to_char(d.day, 'YYYY-MM-DD') as day, coalesce(g.count, 0)::int as grants,
           coalesce(c.change, 0)::int as change, (select count::int from active) as active
      from listed d
      left join (select ${dayOf(sql`granted_at`)} as day, count(*) as count from changed group by 1) g on g.day = d.day
      left join (select day, sum(change) as change from changes group by 1) c on c.day = d.day
     order by d.day desc`
}

/** Grants that were made, began or ended since, or that are to begin; each condition has an index. */
const changedGrants = ({ siteId, since, now }: Window) => sql`
  select customer_id, granted_at from offer_grants
   where site_id = ${siteId}
     and (granted_at >= ${since} or starts_at >= ${since} or revoked_at >= ${since}
          -- It has ended, and is about to be revoked.
          or (revoked_at is null and expires_at > '-infinity' and expires_at <= ${now}))`

const customersOfChangedPurchases = ({ siteId, since, now }: Window) => sql`
  select customer_id from purchases
   where site_id = ${siteId}
     and (effective_start_at >= ${since} or deactivated_at >= ${since}
          or (settle_at is not null and settle_at <= ${now}))`

/** When customers have had access, and whether it goes on as far as is known. */
const periodsOf = (customers: RawBuilder<unknown>, siteId: string) => {
  // Live grants and ended ones have an index each, which only a condition of their own finds.
  const grants = (isLive: boolean) => sql`
    select g.customer_id, g.starts_at, coalesce(least(g.revoked_at, g.expires_at), 'infinity') as ends_at,
           ${sql.lit(isLive)} as is_live
      from ${customers} c
      join offer_grants g on g.customer_id = c.customer_id and g.site_id = ${siteId}
                         and g.revoked_at is ${isLive ? sql`null` : sql`not null`}`
  return sql`
    ${grants(true)} union all ${grants(false)} union all
    select p.customer_id, p.effective_start_at, coalesce(p.deactivated_at, 'infinity'), p.closed_at is null
      from ${customers} c
      join purchases p on p.customer_id = c.customer_id and p.site_id = ${siteId}`
}

/** How many customers have something that is live. */
const holdersOf = (siteId: string) => {
  const holdsGrant = sql`exists (select from offer_grants g
                                  where g.customer_id = c.id and g.site_id = c.site_id and g.revoked_at is null)`
  return sql`
    select count(*) from customers c where c.site_id = ${siteId} and ${holdsGrant}
  ) + (
    select count(*) from customers c
     where c.site_id = ${siteId} and not ${holdsGrant}
       and exists (select from purchases p
                    where p.customer_id = c.id and p.site_id = c.site_id and p.closed_at is null)`
}
