/** What the API says of a purchase `r` and its subscription `u`, as expressions. */
import { sql } from 'kysely'
import type { FilterSql } from '../../platform/jsonapi/resource.ts'
import { countedAs, countedRare, countedRows, keptCount } from '../kept-counts.ts'
import { SUBSCRIPTION_STATUSES } from '../states.ts'

const PAYING = sql`('charge', 'subscribe', 'subscription_charge')`

/** How many payments of a payment plan have succeeded; null for what is none. */
export const paymentsMade = sql`case when r.payment_type = 'multipay' then (
  select count(*)::integer
    from transaction_purchases tp join transactions t on t.id = tp.transaction_id and t.site_id = tp.site_id
   where tp.purchase_id = r.id and tp.site_id = r.site_id
     and t.state = 'succeeded' and t.action in ${PAYING} and t.amount > 0) end`

/** That of the subscription; of what was paid for once, that of its payment. */
export const purchaseStatus = sql`coalesce(u.status, r.payment_status)`

/** How payments stand of what was paid for once. */
const PAYMENT_STATUSES = ['paid', 'refunded', 'disputed']

export const PURCHASE_STATUSES = [...SUBSCRIPTION_STATUSES, ...PAYMENT_STATUSES]

/** The planner knows how many these are; with the outer join of the list it takes them for none. */
const isPaidOnce = sql`not exists (
  select from subscriptions s where s.purchase_id = r.id and s.site_id = r.site_id)`

/** A filter by status. Nearly everything is paid: that is what is left of all, of which the others have an index. */
export function hasStatus(status: string): FilterSql {
  if (!PAYMENT_STATUSES.includes(status))
    return {
      where: sql`u.status = ${status}`,
      ...countedAs(
        ({ siteIds }) => sql`(
          select count(*) from subscriptions s
           where s.site_id = any (${siteIds}::bigint[]) and s.status = ${status})`,
      ),
    }
  const isOther = sql`r.payment_status <> 'paid' and ${isPaidOnce}`
  if (status !== 'paid') {
    const isStatus = sql`${isOther} and r.payment_status = ${status}`
    return { where: isStatus, ...countedRare('purchases', () => isStatus, true) }
  }
  return {
    where: sql`${isPaidOnce} and r.payment_status = 'paid'`,
    ...countedAs(
      (scope) => sql`${keptCount('purchases', scope)}
        - (select count(*) from subscriptions s where s.site_id = any (${scope.siteIds}::bigint[]))
        - ${countedRows('purchases', isOther, scope)}`,
    ),
  }
}
