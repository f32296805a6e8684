/** What must be true of every database, whatever was killed and when; each as a query for what breaks it. */

export interface Invariant {
  /** A short name, for scripts. */
  name: string
  /** What is true. */
  sentence: string
  /** Selects `what`, a text for each row that breaks it. $1 is the time by the application's clock. */
  broken: string
}

/** Left alone for longer than this, something is stuck. */
const STUCK = `interval '1 minute'`

export const invariants: Invariant[] = [
  {
    name: 'customer_email',
    sentence: 'No two customers of a site have one e-mail.',
    broken: `select 'customers ' || string_agg(id::text, ', ') as what from customers
              where email is not null group by site_id, lower(email) having count(*) > 1`,
  },
  {
    name: 'customer_contact',
    sentence:
      'Every customer is one contact of its site, with the same name and e-mail, and no other customer is.',
    broken: `select 'customer ' || cu.id as what
               from customers cu left join contacts co on co.site_id = cu.site_id and co.id = cu.contact_id
              where co.id is null or cu.email is distinct from co.email or cu.name <> co.name
                 or (cu.deleted_at is null) <> (co.deleted_at is null)
             union all
             select 'contact ' || contact_id from customers group by site_id, contact_id having count(*) > 1`,
  },
  {
    name: 'live_grant',
    sentence: 'No customer holds an offer by two live grants.',
    broken: `select 'grants ' || string_agg(id::text, ', ') as what from offer_grants
              where revoked_at is null group by site_id, customer_id, offer_id having count(*) > 1`,
  },
  {
    name: 'grant_of_nobody',
    sentence: 'Nobody who is deleted holds anything.',
    broken: `select 'grant ' || g.id as what from offer_grants g
               join customers c on c.site_id = g.site_id and c.id = g.customer_id
              where g.revoked_at is null and c.deleted_at is not null`,
  },
  {
    name: 'grant_event',
    sentence: 'Every grant was recorded once as an event, and every such event has its grant.',
    broken: `select 'grant ' || g.id as what from offer_grants g
               left join events e on e.site_id = g.site_id and e.grant_id = g.id and e.type = 'offer_granted'
              group by g.site_id, g.id having count(e.id) <> 1
             union all
             select 'event ' || e.id from events e
               left join offer_grants g on g.site_id = e.site_id and g.id = e.grant_id
              where e.type = 'offer_granted' and g.id is null`,
  },
  {
    name: 'end_event',
    sentence: 'Every end of a grant was recorded once, with the reason it has.',
    broken: `select 'grant ' || g.id as what from offer_grants g
               left join events e on e.site_id = g.site_id and e.grant_id = g.id
                and e.type = case g.revoke_reason when 'expired' then 'access_expired' else 'offer_revoked' end
              where g.revoked_at is not null
              group by g.site_id, g.id having count(e.id) <> 1
             union all
             select 'event ' || e.id from events e
               left join offer_grants g on g.site_id = e.site_id and g.id = e.grant_id
              where e.type in ('offer_revoked', 'access_expired') and g.revoked_at is null`,
  },
  {
    name: 'customer_event',
    sentence: 'Every customer was recorded once as made.',
    broken: `select 'customer ' || c.id as what from customers c
               left join events e on e.site_id = c.site_id and e.customer_id = c.id and e.type = 'customer_created'
              group by c.site_id, c.id having count(e.id) <> 1`,
  },
  {
    name: 'email_cause',
    sentence: 'Every e-mail has a cause that sends it, and one cause sends a kind once.',
    broken: `select 'e-mail ' || m.id as what from emails m
               left join events e on e.site_id = m.site_id and e.id = m.event_id and e.contact_id = m.contact_id
              where e.id is null or not coalesce(case m.kind
                      when 'welcome' then e.type = 'customer_created' and (e.data ->> 'send_welcome_email')::boolean
                      when 'gift' then e.type = 'offer_granted' and (e.data ->> 'is_gift')::boolean
                      when 'offer_grant' then e.type = 'offer_granted' and coalesce((e.data ->> 'send_offer_grant_email')::boolean, true)
                      when 'sign_in' then e.type = 'sign_in_link_requested'
                      when 'password' then e.type = 'password_link_requested'
                      when 'email_change' then e.type = 'email_change_requested' end, false)
             union all
             select 'e-mails ' || string_agg(id::text, ', ') from emails
              group by site_id, event_id, kind, contact_id having count(*) > 1`,
  },
  {
    name: 'cause_email',
    sentence: 'Every cause that was dispatched has the e-mails it sends.',
    broken: `select 'event ' || e.id || ' lacks ' || due.kind as what
               from events e
               cross join lateral (
                 select 'welcome' as kind where e.type = 'customer_created' and (e.data ->> 'send_welcome_email')::boolean
                 union all select 'gift' where e.type = 'offer_granted' and (e.data ->> 'is_gift')::boolean
                 union all select 'offer_grant' where e.type = 'offer_granted' and (e.data ->> 'send_offer_grant_email')::boolean
               ) due
               left join emails m on m.site_id = e.site_id and m.event_id = e.id and m.kind = due.kind
              where e.dispatched_at is not null and m.id is null`,
  },
  {
    name: 'dispatch',
    sentence: 'No event waits to be dispatched for longer than a minute.',
    broken: `select 'event ' || id || coalesce(': ' || dispatch_error, '') as what from events
              where dispatched_at is null and occurred_at < $1::timestamptz - ${STUCK}`,
  },
  {
    name: 'lease',
    sentence: 'No e-mail is held by a worker for a minute longer than it may.',
    broken: `select 'e-mail ' || id as what from emails
              where status = 'pending' and sending_until < $1::timestamptz - ${STUCK}`,
  },
  {
    name: 'site',
    sentence: 'Nothing refers to another site, or to what is not there.',
    broken: `select 'grant ' || g.id as what from offer_grants g
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
             select 'session of customer ' || m.customer_id from member_sessions m
               left join customers c on c.site_id = m.site_id and c.id = m.customer_id where c.id is null
             union all
             select 'link for customer ' || l.customer_id from member_links l
               left join customers c on c.site_id = l.site_id and c.id = l.customer_id where c.id is null`,
  },
  {
    name: 'idempotency',
    sentence: 'Every answer that is kept for an Idempotency-Key tells of grants that exist.',
    broken: `select 'key ' || i.key as what from idempotency_keys i
               cross join lateral jsonb_path_query(i.outcome, '$.granted.*.grant_id') as granted (id)
              where not exists (select from offer_grants g where g.id = (granted.id #>> '{}')::bigint)
             union all
             select 'key ' || key || ' has no answer' from idempotency_keys where outcome is null`,
  },
  {
    name: 'contact_count',
    sentence: 'As many contacts are counted on every site as there are.',
    broken: `select 'site ' || site_id || ': ' || coalesce(kept, 0) || ' counted, ' || coalesce(there, 0) || ' there' as what
               from (select site_id, sum(change) as kept from contact_counts group by site_id) k
               full join (select site_id, count(*) as there from contacts where deleted_at is null group by site_id) t
              using (site_id)
              where coalesce(kept, 0) <> coalesce(there, 0)`,
  },
]
