/** Who is a customer, who holds what, and that it was recorded. */
import type { Invariant } from './invariant.ts'

/** Whether what happened at that time was not recorded as one event, `e`; one of long ago may be forgotten. */
const isNotOnce = (at: string) => `count(e.id) > 1 or (count(e.id) = 0 and ${at} >= $2)`

export const grantInvariants: Invariant[] = [
  {
    name: 'customer_email',
    rule: 'No two customers of a site have the same e-mail.',
    violations: `select 'customers ' || string_agg(id::text, ', ') as what from customers
              where email is not null group by site_id, email having count(*) > 1`,
  },
  {
    name: 'customer_contact',
    rule: 'Every customer belongs to exactly one contact of its site, with the same name and e-mail.',
    violations: `select 'customer ' || cu.id as what
               from customers cu left join contacts co on co.site_id = cu.site_id and co.id = cu.contact_id
              where co.id is null or cu.email is distinct from co.email or cu.name <> co.name
                 or (cu.deleted_at is null) <> (co.deleted_at is null)
             union all
             select 'contact ' || contact_id from customers group by site_id, contact_id having count(*) > 1`,
  },
  {
    name: 'live_grant',
    rule: 'No customer has two live grants of the same offer.',
    violations: `select 'grants ' || string_agg(id::text, ', ') as what from offer_grants
              where revoked_at is null group by site_id, customer_id, offer_id having count(*) > 1`,
  },
  {
    name: 'grant_of_nobody',
    rule: 'Deleted contacts and customers hold no offers.',
    violations: `select 'grant ' || g.id as what from offer_grants g
               join customers c on c.site_id = g.site_id and c.id = g.customer_id
              where g.revoked_at is null and c.deleted_at is not null`,
  },
  {
    name: 'grant_event',
    rule: 'Every grant has exactly one offer_granted event, and every such event has its grant.',
    violations: `select 'grant ' || g.id as what from offer_grants g
               left join events e on e.site_id = g.site_id and e.grant_id = g.id and e.type = 'offer_granted'
              group by g.site_id, g.id, g.granted_at having ${isNotOnce('g.granted_at')}
             union all
             select 'event ' || e.id from events e
               left join offer_grants g on g.site_id = e.site_id and g.id = e.grant_id
              where e.type = 'offer_granted' and g.id is null`,
  },
  {
    name: 'end_event',
    rule: 'Every ended grant has exactly one event, with the same reason.',
    violations: `select 'grant ' || g.id as what from offer_grants g
               left join events e on e.site_id = g.site_id and e.grant_id = g.id
                and e.type = case g.revoke_reason when 'expired' then 'access_expired' when 'merged' then 'grant_merged' else 'offer_revoked' end
              where g.revoked_at is not null
              group by g.site_id, g.id, g.revoked_at having ${isNotOnce('g.revoked_at')}
             union all
             select 'event ' || e.id from events e
               left join offer_grants g on g.site_id = e.site_id and g.id = e.grant_id
              where e.type in ('offer_revoked', 'access_expired', 'grant_merged') and g.revoked_at is null`,
  },
  {
    name: 'customer_event',
    rule: 'Every customer has exactly one customer_created event, and those of customers that were merged into it.',
    violations: `select 'customer ' || c.id as what from customers c
               left join (select site_id, customer_id, count(*) as times from events
                           where type = 'customer_created' group by site_id, customer_id) created
                      on created.site_id = c.site_id and created.customer_id = c.id
               left join (select site_id, contact_id, count(*) as times from events
                           where type = 'contact_merged' and data ->> 'merged_customer_id' is not null
                           group by site_id, contact_id) merged
                      on merged.site_id = c.site_id and merged.contact_id = c.contact_id
              where created.times > 1 + coalesce(merged.times, 0)
                 or (created.times is null and c.created_at >= $2)`,
  },
]
