/** What the rest is kept by. */
import { type Invariant, STUCK } from './invariant.ts'

export const recordInvariants: Invariant[] = [
  {
    name: 'dispatch',
    rule: 'No event has been undispatched for more than a minute.',
    violations: `select 'event ' || id || coalesce(': ' || dispatch_error, '') as what from events
              where dispatched_at is null and occurred_at < $1::timestamptz - ${STUCK}`,
  },
  {
    name: 'site',
    rule: 'No row refers to another site or to a missing row.',
    violations: `select 'grant ' || g.id as what from offer_grants g
               left join customers c on c.site_id = g.site_id and c.id = g.customer_id
               left join offers o on o.site_id = g.site_id and o.id = g.offer_id
              where c.id is null or o.id is null
             union all
             select 'contact ' || c.id from contacts c left join sites s on s.id = c.site_id where s.id is null
             union all
             select 'event ' || e.id from events e
               left join contacts c on c.site_id = e.site_id and c.id = e.contact_id
              where e.contact_id is not null and c.id is null
             union all
             select 'run ' || r.id from automation_runs r
               left join automations a on a.site_id = r.site_id and a.id = r.automation_id
               left join contacts c on c.site_id = r.site_id and c.id = r.contact_id
              where a.id is null or c.id is null
             union all
             select 'e-mail ' || m.id from emails m
               left join email_templates t on t.site_id = m.site_id and t.id = m.template_id
              where m.template_id is not null and t.id is null
             union all
             select 'delivery ' || d.id from webhook_deliveries d
               left join contacts c on c.site_id = d.site_id and c.id = d.contact_id
              where d.contact_id is not null and c.id is null
             union all
             select 'automation ' || a.id from automations a
               left join automation_versions v
                 on v.site_id = a.site_id and v.automation_id = a.id and v.version = a.version where v.version is null
             union all
             select 'session of customer ' || m.customer_id from member_sessions m
               left join customers c on c.site_id = m.site_id and c.id = m.customer_id where c.id is null
             union all
             select 'link for customer ' || l.customer_id from member_links l
               left join customers c on c.site_id = l.site_id and c.id = l.customer_id
              where l.customer_id is not null and c.id is null
             union all
             select 'link for form submission ' || l.submission_id from member_links l
               left join form_submissions f on f.site_id = l.site_id and f.id = l.submission_id
              where l.submission_id is not null and f.id is null`,
  },
  {
    name: 'idempotency',
    rule: 'Every response stored for an Idempotency-Key refers to existing grants.',
    violations: `with named as materialized (
               select key, (granted.id #>> '{}')::bigint as grant_id from idempotency_keys
                cross join lateral jsonb_path_query(outcome, '$.granted.*.grant_id') as granted (id))
             select 'key ' || n.key as what from named n left join offer_grants g on g.id = n.grant_id
              where g.id is null
             union all
             select 'key ' || key || ' has no answer' from idempotency_keys where outcome is null`,
  },
  {
    name: 'address',
    rule: 'An address of a site is the e-mail of one contact or an alias of one contact, which exists.',
    violations: `select 'alias ' || a.id as what from contact_aliases a
               left join contacts own on own.site_id = a.site_id and own.id = a.contact_id
               left join contacts other on other.site_id = a.site_id and other.email = a.email
              where own.id is null or own.deleted_at is not null or other.id is not null`,
  },
  {
    name: 'contact_count',
    rule: 'The contact counter of every site is correct.',
    violations: `select 'site ' || site_id || ': ' || coalesce(kept, 0) || ' counted, ' || coalesce(there, 0) || ' there' as what
               from (select site_id, sum(change) as kept from contact_counts group by site_id) k
               full join (select site_id, count(*) as there from contacts where deleted_at is null group by site_id) t
              using (site_id)
              where coalesce(kept, 0) <> coalesce(there, 0)`,
  },
  {
    name: 'custom_values',
    rule: 'Contacts are found by exactly the custom values that they have.',
    violations: `select 'contact ' || coalesce(k.contact_id, v.contact_id) || ': ' || coalesce(k.handle, 'custom_' || f.number) as what
               from (select c.site_id, c.id as contact_id, given.key as handle, given.value
                       from contacts c cross join jsonb_each_text(c.custom) given where c.custom <> '{}') k
               full join (contact_custom_values v join custom_fields f on f.site_id = v.site_id and f.id = v.field_id)
                 on v.site_id = k.site_id and v.contact_id = k.contact_id and 'custom_' || f.number = k.handle
              where k.value is distinct from v.value
                 or (f.type = 'NumberField' and v.number is distinct from v.value::numeric)
             union all
             select 'contact ' || v.contact_id || ': field ' || v.field_id from contact_custom_values v
               left join custom_fields f on f.site_id = v.site_id and f.id = v.field_id where f.id is null`,
  },
]
