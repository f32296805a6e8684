/** What the API says of a purchase `r` and its subscription `u`, as expressions. */
import { type RawBuilder, sql } from 'kysely'

const PAYING = sql`('charge', 'subscribe', 'subscription_charge')`

/** How many payments of a payment plan have succeeded; null for what is none. */
export const paymentsMade = sql`case when r.payment_type = 'multipay' then (
  select count(*)::integer
    from transaction_purchases tp join transactions t on t.id = tp.transaction_id and t.site_id = tp.site_id
   where tp.purchase_id = r.id and tp.site_id = r.site_id
     and t.state = 'succeeded' and t.action in ${PAYING} and t.amount > 0) end`

const hasOpenDispute = sql`exists (
  select from transaction_purchases tp join disputes d on d.transaction_id = tp.transaction_id and d.site_id = tp.site_id
   where tp.purchase_id = r.id and tp.site_id = r.site_id
     and (d.lost_at is not null or d.status in ('needs_response', 'under_review')))`

/** Something was paid back, and nothing of the price is left. */
const isRefunded = sql`coalesce((
  select bool_or(t.action = 'refund') and sum(tp.amount) <= 0
    from transaction_purchases tp join transactions t on t.id = tp.transaction_id and t.site_id = tp.site_id
   where tp.purchase_id = r.id and tp.site_id = r.site_id
     and t.state = 'succeeded' and (t.action = 'refund' or t.action in ${PAYING})), false)`

/** That of the subscription; of what was paid for once, that of its payment. */
export const purchaseStatus = sql`coalesce(u.status,
  case when ${hasOpenDispute} then 'disputed' when ${isRefunded} then 'refunded' else 'paid' end)`

/** Whether a purchase has a status. Those of which there are few are not looked for in all purchases. */
export function hasStatus(status: string, siteIds: string[]): RawBuilder<unknown> {
  const isStatus = sql`${purchaseStatus} = ${status}`
  switch (status) {
    case 'paid':
      return isStatus
    case 'refunded':
      return sql`${isStatus} and r.id = any (array(
        select tp.purchase_id from transactions t
          join transaction_purchases tp on tp.transaction_id = t.id and tp.site_id = t.site_id
         where t.action = 'refund' and t.site_id = any (${siteIds}::bigint[])))`
    case 'disputed':
      return sql`${isStatus} and r.id = any (array(
        select tp.purchase_id from disputes d
          join transaction_purchases tp on tp.transaction_id = d.transaction_id and tp.site_id = d.site_id
         where d.site_id = any (${siteIds}::bigint[])))`
    default:
      return sql`u.status = ${status}`
  }
}
