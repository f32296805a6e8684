-- The one place where a grant happens: makes sure that the person behind each contact is a customer who
-- holds the offers, and records the events that everything else follows from. Many requests at once, since
-- what a statement and a commit cost is then shared (measured: 470 microseconds for a request alone,
-- 80 for each of 16); each fares as it would alone, whatever becomes of the others.
--
-- Several statements and not one with CTEs: those share one snapshot, and with 16 clients granting
-- different offers to one new contact, 61 % of the grants vanished without an error. In a function,
-- each statement sees what was committed before it.
--
-- Plans are kept from when the tables were empty, and must be right for a million rows. So rows are found in
-- lateral subqueries with a limit, since a join could begin with the table; and "site_id + 0" fits no index, so
-- that only the one that begins with what is looked for can be taken (PostgreSQL 18 would else skip through any
-- that has the site in it: measured, from 120 to 1,300 microseconds a grant within 400 grants).
--
-- Everybody locks and inserts in the order of contacts and of offers, so that requests which overlap cannot wait
-- for each other. Only what ends grants by time may cross them, and is then tried again.
--
-- The arrays have an element per request, in the order of p_contact_ids, none of them twice; null for a request to
-- be ignored. p_offer_ids: a list of decimal digits each; p_options: {actor, source, request_id, caused_by,
--   depth, run_id, send_customer_welcome_email, send_offer_grant_email, gift: {from_name, message}} each.
-- Returns arrays with an element for each: errors: null or {error} when nothing was written for it:
--   "subject_not_found", "offer_not_found" (with index), "email_taken" (the customer of another contact has the
--   e-mail); customer_ids; customer_event_ids: of those who became customers; granted: null or the text of
--   {<offer id>: {grant_id, event_id}}.
create or replace function grant_offers(
  p_site_id bigint, p_contact_ids bigint[], p_offer_ids jsonb[], p_options jsonb[], p_now timestamptz,
  out errors jsonb[], out customer_ids bigint[], out customer_event_ids bigint[], out granted text[]
) language plpgsql
as $$
declare
  -- The offers that can be granted, of all that are wanted.
  v_offers record;
  v_names text[];
  v_emails text[];
  v_missing bigint;
  v_made_ids bigint[];
begin
  select coalesce(jsonb_agg(wanted.id), '[]') as known_ids, array_agg(wanted.id) as wanted_ids, array_agg(o.id) as ids,
         array_agg(o.is_gift) as are_gifts, array_agg(o.access_days) as access_days,
         array_agg(o.access_begins_at) as access_begins_at
    into v_offers
    from (select distinct i.id from unnest(p_offer_ids) r (offer_ids)
           cross join lateral jsonb_array_elements_text(r.offer_ids) i (id)) wanted
   cross join lateral (
     select o.id, o.is_gift, o.access_days, o.access_begins_at from offers o
      where o.site_id + 0 = p_site_id and o.id = wanted.id::bigint and o.archived_at is null limit 1) o;

  -- The lock on the contact is shared with other grants, and with nobody who deletes it.
  select array_agg(refused.error), array_agg(c.name), array_agg(c.email), array_agg(cu.id),
         -- Who is granted nothing becomes no customer.
         count(*) filter (where refused.error is null and r.contact_id is not null and cu.id is null and r.offer_ids <> '[]')
    into errors, v_names, v_emails, customer_ids, v_missing
    from unnest(p_contact_ids, p_offer_ids) r (contact_id, offer_ids)
    left join lateral (
      select c.name, c.email from contacts c
       where c.site_id + 0 = p_site_id and c.id = r.contact_id and c.deleted_at is null limit 1 for key share) c on true
    left join lateral (
      select case when r.contact_id is null then null
                  when c.email is null then '{"error": "subject_not_found"}'
                  when not r.offer_ids <@ v_offers.known_ids then (
                    select jsonb_build_object('error', 'offer_not_found', 'index', min(i.position) - 1)
                      from jsonb_array_elements_text(r.offer_ids) with ordinality i (id, position)
                     where not v_offers.known_ids ? i.id) end as error) refused on true
    left join lateral (
      select cu.id from customers cu
       where refused.error is null and cu.site_id + 0 = p_site_id and cu.contact_id = r.contact_id
       limit 1 for no key update) cu on true;

  if v_missing < cardinality(p_contact_ids) then
    -- A grant that has run out still stands in the way of a new one.
    perform close_expired_grants(p_site_id, r.customer_id, p_now)
       from unnest(customer_ids) r (customer_id)
      cross join lateral (
        select from offer_grants g
         where g.site_id + 0 = p_site_id and g.customer_id = r.customer_id and g.revoked_at is null and g.expires_at <= p_now
         limit 1) due;
  end if;

  if v_missing > 0 then
    with made as (
      insert into customers (site_id, contact_id, name, email, created_at, updated_at)
      select p_site_id, r.contact_id, coalesce(nullif(r.name, ''), split_part(r.email, '@', 1)), r.email, p_now, p_now
        from unnest(p_contact_ids, p_offer_ids, v_names, v_emails, errors, customer_ids)
             r (contact_id, offer_ids, name, email, error, customer_id)
       where r.error is null and r.customer_id is null and r.contact_id is not null and r.offer_ids <> '[]'
      -- Without a target: of two who make the same customer, one may meet the other by the e-mail first, and
      -- a conflict that is not the named one is an error.
      on conflict do nothing
      returning id, contact_id
    )
    select array_agg(m.id order by r.n), v_missing - count(m.id) into v_made_ids, v_missing
      from unnest(p_contact_ids) with ordinality r (contact_id, n) left join made m using (contact_id);

    if '' = any (v_names) then
      update contacts c set name = split_part(c.email, '@', 1), updated_at = p_now
       where c.site_id + 0 = p_site_id and c.name = ''
         and c.id = any (array(select r.contact_id from unnest(p_contact_ids, v_made_ids) r (contact_id, made_id)
                                where r.made_id is not null));
    end if;
  end if;

  if v_missing > 0 then
    -- Whom somebody else has made meanwhile is there now.
    select array_agg(coalesce(r.customer_id, r.made_id, cu.id)),
           array_agg(case when r.contact_id is not null and r.offer_ids <> '[]' and r.error is null
                           and coalesce(r.customer_id, r.made_id, cu.id) is null
                          then '{"error": "email_taken"}' else r.error end)
      into customer_ids, errors
      from unnest(p_contact_ids, p_offer_ids, errors, customer_ids, v_made_ids)
           r (contact_id, offer_ids, error, customer_id, made_id)
      left join lateral (
        select cu.id from customers cu
         where r.error is null and r.customer_id is null and r.made_id is null
           and cu.site_id + 0 = p_site_id and cu.contact_id = r.contact_id limit 1 for no key update) cu on true;
  end if;

  with requests as materialized (
    select r.contact_id, r.offer_ids, r.options, r.error, r.made_id, r.n, coalesce(r.found_id, r.made_id) as customer_id,
           r.options ->> 'actor' as actor, r.options ->> 'request_id' as request_id,
           (r.options ->> 'caused_by')::bigint as caused_by, coalesce((r.options ->> 'depth')::integer, 0) as depth,
           (r.options ->> 'run_id')::bigint as run_id
      from unnest(p_contact_ids, p_offer_ids, p_options, errors, customer_ids, v_made_ids)
           with ordinality r (contact_id, offer_ids, options, error, found_id, made_id, n)
  ), made as (
    insert into offer_grants (site_id, customer_id, offer_id, source, granted_at, granted_by, starts_at, expires_at, gift)
    select p_site_id, r.customer_id, o.id, r.options ->> 'source', p_now, r.actor, period.starts_at,
           -- In hours: a day of an interval has 23 or 25 of them where the clocks change.
           period.starts_at + make_interval(hours => 24 * o.access_days),
           case when o.is_gift then coalesce(nullif(r.options -> 'gift', 'null'), '{}') end
      from requests r
      join unnest(v_offers.wanted_ids, v_offers.ids, v_offers.are_gifts, v_offers.access_days, v_offers.access_begins_at)
           o (wanted_id, id, is_gift, access_days, access_begins_at) on r.offer_ids ? o.wanted_id
     cross join lateral (select greatest(p_now, o.access_begins_at) as starts_at) period
     where r.error is null and r.customer_id is not null
     order by r.contact_id, o.id
    on conflict do nothing
    returning id, customer_id, offer_id, gift
  ), recorded as (
    insert into events (site_id, type, occurred_at, actor, request_id, caused_by, depth, run_id, contact_id, customer_id,
                        offer_id, grant_id, data)
    select p_site_id, e.type, p_now, r.actor, r.request_id, r.caused_by, r.depth, r.run_id, r.contact_id, r.customer_id,
           e.offer_id, e.grant_id,
           case when e.grant_id is null
                then jsonb_build_object(
                  'send_welcome_email', coalesce((r.options ->> 'send_customer_welcome_email')::boolean, true),
                  'offer_ids', r.offer_ids)
                else jsonb_build_object(
                  'is_gift', e.is_gift, 'customer_created', r.made_id is not null,
                  'send_offer_grant_email', r.options -> 'send_offer_grant_email') end
      from (select 'customer_created' as type, made_id as customer_id, null::bigint as offer_id, null::bigint as grant_id,
                   false as is_gift from requests where made_id is not null
             union all
            select 'offer_granted', customer_id, offer_id, id, gift is not null from made) e
      join requests r using (customer_id)
     -- A customer is made before anything is granted to them.
     order by r.contact_id, e.grant_id nulls first
    returning id, customer_id, offer_id, grant_id
  ), event_ids as (
    select customer_id, min(id) filter (where grant_id is null) as customer_event_id,
           '{' || string_agg(concat('"', offer_id, '":{"grant_id":"', grant_id, '","event_id":"', id, '"}'), ',')
             filter (where grant_id is not null) || '}' as granted
      from recorded group by customer_id
  )
  select array_agg(r.customer_id order by r.n), array_agg(t.customer_event_id order by r.n), array_agg(t.granted order by r.n)
    into customer_ids, customer_event_ids, granted
    from requests r left join event_ids t using (customer_id);
end
$$;
