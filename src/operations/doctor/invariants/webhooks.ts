/** Which deliveries there are, and that none is forgotten. */
import { type Invariant, STUCK } from './invariant.ts'

export const webhookInvariants: Invariant[] = [
  {
    name: 'delivery_cause',
    rule: 'Every delivery belongs to a hook of its site, and a hook has at most one delivery for an event.',
    violations: `select 'delivery ' || d.id as what from webhook_deliveries d
               left join hooks h on h.site_id = d.site_id and h.id = d.hook_id and h.event = d.event
              where h.id is null
             union all
             select 'deliveries ' || string_agg(id::text, ', ') from webhook_deliveries
              where event_id is not null group by site_id, hook_id, event_id, run_id, step having count(*) > 1`,
  },
  {
    name: 'delivery_attempts',
    rule: 'The attempt counter of every delivery is correct.',
    violations: `select 'delivery ' || d.id as what from webhook_deliveries d
               left join webhook_attempts a on a.site_id = d.site_id and a.delivery_id = d.id
              group by d.site_id, d.id, d.attempts having count(a.number) <> d.attempts
             union all
             select 'delivery ' || id || ' without an attempt' from webhook_deliveries
              where status = 'delivered' and attempts = 0`,
  },
  {
    name: 'delivery_stuck',
    rule: 'Every pending delivery is scheduled on its hook, no hook is overdue by more than a minute, and no delivery has been pending for an hour on a disabled or deleted hook.',
    violations: `select 'delivery ' || d.id as what from webhook_deliveries d
               join hooks h on h.site_id = d.site_id and h.id = d.hook_id
              where d.status = 'pending' and h.leased_until is null
                and h.disabled_at is null and h.deleted_at is null
                and (h.due_at is null or h.due_at > greatest(d.due_at, $1::timestamptz))
             union all
             select 'hook ' || id from hooks
              where disabled_at is null and deleted_at is null and due_at < $1::timestamptz - ${STUCK}
             union all
             select 'delivery ' || d.id from hooks h
               join webhook_deliveries d on d.site_id = h.site_id and d.hook_id = h.id and d.status = 'pending'
              where greatest(h.disabled_at, h.deleted_at) < $1::timestamptz - interval '1 hour'`,
  },
]
