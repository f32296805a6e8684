import { type RawBuilder, sql } from 'kysely'
import type { Db, Tx } from '../../platform/db/database.ts'
import { activeBefore, changesOfAccess, quarterOf } from './changes-of-access.ts'

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

/**
 * The figures of a site for each of the last days, which are those of its time zone. What a background task has counted
 * is added up; what has changed since then is counted now.
 */
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
  const window = { siteId, time_zone, since, now }
  // Both statements see the same counts.
  const rows = await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => (await byDay(window, await countedUntil(tx, window)).execute(tx)).rows)
  const listed = rows.filter(({ day }) => day !== null)
  let active_members = rows.reduce((sum, { day, change }) => (day === null ? sum + change : sum), 0)
  return {
    time_zone,
    days: listed.map(({ day, grants, change }) => {
      active_members += change
      return { day: day!, grants, active_members }
    }),
  }
}

/** Up to when the counts of a site are kept and right; null: not even up to the first day. */
async function countedUntil(tx: Tx, { siteId, since, now }: Window): Promise<Date | null> {
  const { rows } = await sql<{ until: Date | null; corrected: Date | null }>`
    select (select until from access_counted) as until,
           (select min(since) from access_corrections where site_id = ${siteId}) as corrected,
           -- Compiling the statement could take longer than the statement.
           set_config('jit', 'off', true)`.execute(tx)
  const { until, corrected } = rows[0]!
  const end = until && corrected && corrected < until ? quarterOf(corrected) : until
  return end && end >= since && end <= now ? end : null
}

interface Changes {
  /** Null: before the first one. */
  day: string | null
  grants: number
  /** How many more customers had access when the day ended than when it began. */
  change: number
}

/** The changes of each day, in order. */
const byDay = (window: Window, until: Date | null): RawBuilder<Changes> => {
  const { siteId, time_zone, since, now } = window
  const dayOf = (moment: RawBuilder<unknown>) => sql`(${moment} at time zone ${time_zone}::text)::date`
  const kept = until
    ? sql`select since, grants, change from access_counts where site_id = ${siteId} and since < ${until}`
    : sql`select '-infinity'::timestamptz, 0, count from (${activeBefore(siteId, since)}) before`
  const to = new Date(now.getTime() + 1)
  return sql<Changes>`
    with changes (since, grants, change) as (
      ${kept} union all
      select since, grants, change from (${changesOfAccess({ siteId, from: until ?? since, to })}) latest
    ),
    days as (
      select case when since >= ${since} then ${dayOf(sql`since`)} end as day, sum(grants) as grants, sum(change) as change
        from changes group by 1
    ),
    listed as (
      select moment::date as day
        from generate_series(${dayOf(sql`${since}::timestamptz`)}, ${dayOf(sql`${now}::timestamptz`)}, '1 day') moment
    )
    select to_char(day, 'YYYY-MM-DD') as day, coalesce(d.grants, 0)::int as grants, coalesce(d.change, 0)::int as change
      from listed full join days d using (day)
     order by day nulls first`
}
