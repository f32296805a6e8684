/** Who gained and who lost access within a range of time, counted by the quarter of an hour. */
import { type RawBuilder, sql } from 'kysely'

export interface Range {
  /** Null: all sites. */
  siteId: string | null
  from: Date
  /** Exclusive. */
  to: Date
}

/** Every time zone begins its days at one. */
export const QUARTER_MS = 900_000

export const quarterOf = (time: Date): Date => new Date(Math.floor(time.getTime() / QUARTER_MS) * QUARTER_MS)

const quarter = (time: RawBuilder<unknown>) =>
  sql`date_bin('15 minutes', ${time}, timestamptz '2000-01-01 00:00:00Z')`

/**
 * Rows of (site_id, since, grants, change): grants that were made in each quarter, and by how many the customers with
 * access changed. It reads the grants and purchases that began or ended within the range, and the others of their
 * customers.
 */
export const changesOfAccess = (range: Range): RawBuilder<unknown> => {
  const within = (time: RawBuilder<unknown>) => sql`(${time} >= ${range.from} and ${time} < ${range.to})`
  return sql`
    select counted.site_id, counted.since, sum(counted.grants)::int as grants, sum(counted.change)::int as change
      from (
        with changed as materialized (${changedGrants(range)}),
        customers_of_changes as materialized (
          select site_id, customer_id from changed union ${customersOfChangedPurchases(range)}
        ),
        -- Access through several grants and purchases counts once: their periods are put together, per customer.
        spans as materialized (
          select site_id, unnest(range_agg(tstzrange(starts_at, ends_at))) as span
            from (${periodsOf(sql`customers_of_changes`)}) periods
           where starts_at < ends_at group by site_id, customer_id
        )
        select site_id, ${quarter(sql`granted_at`)} as since, 1 as grants, 0 as change
          from changed where ${within(sql`granted_at`)}
        union all
        select site_id, ${quarter(sql`lower(span)`)}, 0, 1 from spans where ${within(sql`lower(span)`)}
        union all
        select site_id, ${quarter(sql`upper(span)`)}, 0, -1 from spans where ${within(sql`upper(span)`)}
      ) counted
     group by counted.site_id, counted.since`
}

/** Selects a row, `is_much`: whether more than `most` grants or purchases began or ended within the range. */
export const changedMuch = (range: Range, most: number): RawBuilder<{ is_much: boolean }> => sql`
  select (select count(*) from (${changedGrants(range)} limit ${most + 1}) grants)
         + (select count(*) from (${customersOfChangedPurchases(range)} limit ${most + 1}) purchases)
         > ${most} as is_much`

/** Rows of (site_id, count): the customers who had access just before. */
export const activeBefore = (siteId: string | null, time: Date): RawBuilder<unknown> => sql`
  select site_id, count(*)::int as count
    from (select site_id, customer_id from offer_grants
           where ${ofSite(siteId)} and starts_at < ${time} and coalesce(least(revoked_at, expires_at), 'infinity') >= ${time}
           union
          select site_id, customer_id from purchases
           where ${ofSite(siteId)} and effective_start_at < ${time} and coalesce(deactivated_at, 'infinity') >= ${time}) active
   group by site_id`

const ofSite = (siteId: string | null) => (siteId === null ? sql`true` : sql`site_id = ${siteId}`)

/** Grants that were made, began or ended within the range; each condition has an index. */
const changedGrants = ({ siteId, from, to }: Range) => sql`
  select site_id, customer_id, granted_at from offer_grants
   where ${ofSite(siteId)}
     and ((granted_at >= ${from} and granted_at < ${to}) or (starts_at >= ${from} and starts_at < ${to})
          or (revoked_at >= ${from} and least(revoked_at, expires_at) >= ${from} and least(revoked_at, expires_at) < ${to})
          -- It has ended, and is about to be revoked.
          or (revoked_at is null and expires_at > '-infinity' and expires_at >= ${from} and expires_at < ${to}))`

const customersOfChangedPurchases = ({ siteId, from, to }: Range) => sql`
  select site_id, customer_id from purchases
   where ${ofSite(siteId)}
     and ((effective_start_at >= ${from} and effective_start_at < ${to})
          or (deactivated_at >= ${from} and deactivated_at < ${to}))`

/** When customers have had access. */
const periodsOf = (customers: RawBuilder<unknown>) => {
  // Live grants and ended ones have an index each, which only a condition of their own finds.
  const grants = (isLive: boolean) => sql`
    select g.site_id, g.customer_id, g.starts_at, coalesce(least(g.revoked_at, g.expires_at), 'infinity') as ends_at
      from ${customers} c
      join offer_grants g on g.customer_id = c.customer_id and g.site_id = c.site_id
                         and g.revoked_at is ${isLive ? sql`null` : sql`not null`}`
  return sql`
    ${grants(true)} union all ${grants(false)} union all
    select p.site_id, p.customer_id, p.effective_start_at, coalesce(p.deactivated_at, 'infinity')
      from ${customers} c
      join purchases p on p.customer_id = c.customer_id and p.site_id = c.site_id`
}
