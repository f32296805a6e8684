import { sql } from 'kysely'
import type { Db } from '../../platform/db/database.ts'

/** Months of the site, both included. */
export interface Months {
  /** 2026-01 */
  first: string
  last: string
}

/** Amounts are monthly, in the smallest unit of the currency, without tax. */
export interface SubscriptionsOfMonth {
  /** 2026-01 */
  month: string
  currency: string
  active_at_start: number
  /** Active at the end of the month, and not at its start. */
  started: number
  /** Active at the start of the month, and not at its end. */
  churned: number
  active_at_end: number
  mrr_at_start: number
  started_mrr: number
  churned_mrr: number
  mrr_at_end: number
}

/**
 * The monthly amount of a state `x`, rounded half up to the smallest unit: a year has 12 months and 52 weeks, and 365
 * days.
 */
const MONTHLY = sql`floor(
  (x.amount - x.tax) * case x.interval when 'year' then 1 when 'month' then 12 when 'week' then 52 else 365 end::numeric
    / (12 * x.interval_count) + 0.5)::bigint`

/**
 * Whether a subscription of the state `x` is active just before a moment, so that what begins with a month belongs to it,
 * and not to the one before: it is paid for, or its payment has failed and the days of grace are not over. What costs
 * nothing is not counted.
 */
const isActiveBefore = (moment: ReturnType<typeof sql>) => sql`
  (x.since < ${moment} and ${moment} <= x.until and x.amount > x.tax and (
    x.status = 'active'
    or (x.status = 'past_due'
        and coalesce(x.past_due_since + make_interval(days => x.payment_grace_days) >= ${moment}, true))))`

/**
 * Active subscriptions, their monthly recurring revenue and churn, by month and currency. Payment plans, trials and tests
 * are not among them. The month that has begun ends now.
 */
export async function readSubscriptions(
  db: Db,
  siteId: string,
  { first, last }: Months,
  now: Date,
): Promise<SubscriptionsOfMonth[]> {
  const { rows } = await sql<Record<keyof SubscriptionsOfMonth, string>>`
    with months as (
      select to_char(m.at, 'YYYY-MM') as month, day_start(m.at::date, s.time_zone) as begins,
             -- What begins in this moment counts.
             least(day_start((m.at + interval '1 month')::date, s.time_zone),
                   ${now}::timestamptz + interval '1 millisecond') as ends
        from sites s, generate_series(${`${first}-01`}::date, ${`${last}-01`}::date, interval '1 month') m (at)
       where s.id = ${siteId}
    ), states as (
      select t.subscription_id, t.since, t.status, t.amount, t.tax, t.interval, t.interval_count, t.past_due_since,
             u.currency, s.payment_grace_days,
             coalesce(lead(t.since) over (partition by t.subscription_id order by t.since), 'infinity') as until
        from subscription_states t
        join subscriptions u on u.id = t.subscription_id and u.site_id = t.site_id
        join purchases p on p.id = u.purchase_id and p.site_id = u.site_id
        join sites s on s.id = t.site_id
       where t.site_id = ${siteId} and p.payment_type = 'subscription' and not u.is_test
    ), known as (
      select m.month, x.subscription_id, x.currency,
             bool_or(${isActiveBefore(sql`m.begins`)}) as at_start, bool_or(${isActiveBefore(sql`m.ends`)}) as at_end,
             sum(${MONTHLY}) filter (where ${isActiveBefore(sql`m.begins`)}) as mrr_at_start,
             sum(${MONTHLY}) filter (where ${isActiveBefore(sql`m.ends`)}) as mrr_at_end
        from months m join states x on x.since < m.ends and x.until >= m.begins
       where m.begins < m.ends
       group by m.month, x.subscription_id, x.currency
    )
    select month, currency,
           count(*) filter (where at_start) as active_at_start,
           count(*) filter (where at_end and not at_start) as started,
           count(*) filter (where at_start and not at_end) as churned,
           count(*) filter (where at_end) as active_at_end,
           coalesce(sum(mrr_at_start), 0) as mrr_at_start,
           coalesce(sum(mrr_at_end) filter (where not at_start), 0) as started_mrr,
           coalesce(sum(mrr_at_start) filter (where not at_end), 0) as churned_mrr,
           coalesce(sum(mrr_at_end), 0) as mrr_at_end
      from known where at_start or at_end
     group by month, currency
     order by month, currency`.execute(db)
  return rows.map(({ month, currency, ...figures }) => ({
    month,
    currency,
    ...(Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, Number(figure)])) as Omit<
      SubscriptionsOfMonth,
      'month' | 'currency'
    >),
  }))
}
