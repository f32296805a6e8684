/** How often coupons are used, and how many sales lists have. */
import type { Invariant } from './invariant.ts'

const COUNTED_SALES = ['orders', 'order_items', 'purchases']

export const countInvariants: Invariant[] = [
  {
    name: 'coupon_uses',
    rule: 'The uses of every coupon are those that are reserved or redeemed.',
    violations: `select 'coupon ' || c.id || ': ' || c.uses || ' counted, ' || count(r.id) || ' there' as what
               from coupons c
               left join coupon_redemptions r on r.site_id = c.site_id and r.coupon_id = c.id and r.state <> 'released'
              group by c.site_id, c.id, c.uses
             having c.uses <> count(r.id)`,
  },
  {
    name: 'transaction_count',
    rule: 'The transaction counter of every site is correct.',
    violations: `select 'site ' || site_id || ': ' || coalesce(kept, 0) || ' counted, ' || coalesce(there, 0) || ' there' as what
               from (select site_id, sum(change) as kept from transaction_counts group by site_id) k
               full join (select site_id, count(*) as there from transactions where is_completed group by site_id) t
              using (site_id)
              where coalesce(kept, 0) <> coalesce(there, 0)`,
  },
  {
    name: 'sale_count',
    rule: 'The counters of orders, order items and purchases of every site are correct.',
    violations: `select 'site ' || site_id || ': ' || coalesce(kept, 0) || ' ' || counted || ' counted, ' || coalesce(there, 0) || ' there' as what
               from (select site_id, counted, sum(change) as kept from sale_counts group by site_id, counted) k
               full join (${COUNTED_SALES.map((table) => `select site_id, '${table}' as counted, count(*) as there from ${table} group by site_id`).join(' union all ')}) t
              using (site_id, counted)
              where coalesce(kept, 0) <> coalesce(there, 0)`,
  },
]
