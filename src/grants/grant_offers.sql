-- The only place that creates grants. Makes sure that each contact is a customer who holds the offers, and records
-- the events from which all effects follow. A batch costs little more than a single change, because statements and
-- the commit are shared; each change has the same outcome as it would have alone. No contact may occur twice.
--
-- Several statements, not one with CTEs, which would share one snapshot: with 16 clients granting different offers to
-- one new contact, 61 % of the grants were lost without an error. In a function, each statement sees what was
-- committed before it started.
--
-- Plans are kept from when the tables were empty, and must be right for a million rows. So rows are found in lateral
-- subqueries with a limit, since a join could begin with the table; and "site_id + 0" matches no index, so that only
-- the index that begins with the wanted column is used (PostgreSQL 18 would skip-scan any index that contains the
-- site: measured, from 120 to 1,300 microseconds per grant within 400 grants).
--
-- All transactions lock and insert in the order of contacts, then of offers, so that overlapping ones cannot deadlock.
-- Only the expiry of grants has another order, and is retried.
create or replace function grant_offers(p_changes offers_change[], p_now timestamptz)
returns offers_outcome[] language plpgsql
set enable_seqscan = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_changes offers_change[] := lock_contacts(p_changes, false);
  v_events new_event[];
begin
  -- An expired grant prevents a new one of the same offer.
  perform close_expired_grants(c.site_id, c.customer_id, p_now)
     from unnest(v_changes) c
    cross join lateral (
      select from offer_grants g
       where g.site_id + 0 = c.site_id and g.customer_id = c.customer_id and g.revoked_at is null and g.expires_at <= p_now
       limit 1) expired
    where c.error is null and c.customer_id is not null;
  v_changes := ensure_customers(v_changes, p_now);
  if exists (select from unnest(v_changes) c where c.options ?| array['renew', 'expires_at']) then
    v_changes := with_exact_ends(v_changes);
    v_events := renew_grants(v_changes, p_now);
  end if;
  v_events := v_events || insert_grants(v_changes, p_now);
  return array(
    select outcome_of(c, e.customer_event_id, e.granted, e.renewed, null)
      from unnest(v_changes) c
      left join (
        select r.site_id, r.contact_id, min(r.id) filter (where r.type = 'customer_created') as customer_event_id,
               json_object_agg(r.offer_id, json_build_object('grant_id', r.grant_id::text, 'event_id', r.id::text))
                 filter (where r.type = 'offer_granted') as granted,
               json_object_agg(r.offer_id, json_build_object('grant_id', r.grant_id::text, 'event_id', r.id::text))
                 filter (where r.type in ('access_extended', 'access_changed')) as renewed
          from record_events(v_events) r
         group by r.site_id, r.contact_id) e using (site_id, contact_id));
end
$$;

-- Locks the contact of each change, and its customer if there is one, until the transaction ends. Sets name, email and
-- customer_id; or error, when the contact does not exist or an offer cannot be granted. With p_with_archived, archived
-- offers are accepted.
create or replace function lock_contacts(p_changes offers_change[], p_with_archived boolean)
returns offers_change[] language plpgsql as $$
begin
  return array(
    select row(c.place, c.site_id, c.contact_id, c.offer_ids, c.options, contact.name, contact.email, customer.id, false,
               case when contact.id is null then 'subject_not_found' when unknown.offer_id is not null then 'offer_not_found' end,
               unknown.offer_id)::offers_change
      from (select * from unnest(p_changes) order by contact_id) c
      -- Other grants share this lock; a deletion waits for it.
      left join lateral (
        select id, name, email from contacts
         where site_id + 0 = c.site_id and id = c.contact_id and deleted_at is null
         limit 1 for key share) contact on true
      left join lateral (
        select wanted.offer_id from unnest(c.offer_ids) with ordinality wanted (offer_id, position)
         where contact.id is not null
           and (select o.id from offers o
                 where o.site_id + 0 = c.site_id and o.id = wanted.offer_id and (o.archived_at is null or p_with_archived)
                 limit 1) is null
         order by wanted.position limit 1) unknown on true
      left join lateral (
        select id from customers
         where contact.id is not null and unknown.offer_id is null and site_id + 0 = c.site_id and contact_id = c.contact_id
         limit 1 for no key update) customer on true);
end
$$;

-- Creates the missing customers of changes that grant something. Sets customer_id and customer_created; or error, when
-- the customer of another contact has the e-mail.
create or replace function ensure_customers(p_changes offers_change[], p_now timestamptz)
returns offers_change[] language plpgsql as $$
declare
  v_changes offers_change[];
  v_some_unnamed boolean;
  v_some_missing boolean;
begin
  with created as (
    insert into customers (site_id, contact_id, name, email, created_at, updated_at)
    select c.site_id, c.contact_id, coalesce(nullif(c.name, ''), split_part(c.email, '@', 1)), c.email, p_now, p_now
      from unnest(p_changes) c
     where lacks_customer(c)
     order by c.contact_id
    -- Without a target: another transaction that creates the same customer may conflict by its e-mail first, and a
    -- conflict other than the named one is an error.
    on conflict do nothing
    returning site_id, contact_id, id
  )
  select array_agg(row(c.place, c.site_id, c.contact_id, c.offer_ids, c.options, c.name, c.email,
                       coalesce(c.customer_id, created.id), created.id is not null, c.error, c.unknown_offer_id)::offers_change),
         bool_or(c.name = '' and created.id is not null),
         bool_or(lacks_customer(c) and created.id is null)
    into v_changes, v_some_unnamed, v_some_missing
    from unnest(p_changes) c left join created using (site_id, contact_id);

  if v_some_unnamed then perform name_contact(c, p_now) from unnest(v_changes) c where c.name = '' and c.customer_created; end if;
  if v_some_missing then v_changes := find_other_customers(v_changes); end if;
  return v_changes;
end
$$;

-- Records that a change has created the customer.
create or replace function customer_created_event(p_change offers_change, p_now timestamptz)
returns new_event language sql stable as $$
  select row(p_change.site_id, 'customer_created', p_now, p_change.options, p_change.contact_id, p_change.customer_id, null,
             null, jsonb_build_object(
               'send_welcome_email', coalesce((p_change.options ->> 'send_customer_welcome_email')::boolean, true),
               'offer_ids', p_change.offer_ids::text[]))::new_event
$$;

-- Who is granted nothing does not become a customer.
create or replace function lacks_customer(p_change offers_change) returns boolean language sql immutable as $$
  select p_change.error is null and p_change.customer_id is null and p_change.offer_ids <> '{}'
$$;

-- Gives a contact without a name the one that its customer has got from the e-mail.
create or replace function name_contact(p_change offers_change, p_now timestamptz) returns void language plpgsql as $$
begin
  update contacts set name = split_part(email, '@', 1), updated_at = p_now
   where site_id + 0 = p_change.site_id and id = p_change.contact_id and name = '';
end
$$;

-- Sets the customer_id of customers that other transactions have created meanwhile; or error, as ensure_customers().
create or replace function find_other_customers(p_changes offers_change[])
returns offers_change[] language plpgsql as $$
declare
  v_missing record;
  v_customer_id bigint;
begin
  for v_missing in
    select c.ordinality as index, c.site_id, c.contact_id from unnest(p_changes) with ordinality c
     where lacks_customer(p_changes[c.ordinality])
     order by c.contact_id
  loop
    select id into v_customer_id from customers
     where site_id + 0 = v_missing.site_id and contact_id = v_missing.contact_id
       for no key update;
    if found then p_changes[v_missing.index].customer_id := v_customer_id;
    else p_changes[v_missing.index].error := 'email_taken'; end if;
  end loop;
  return p_changes;
end
$$;

-- Looked up only where an offer limits access: granting without a limit needs no site.
create or replace function site_zone(p_site_id bigint) returns text language sql stable as $$
  select s.time_zone from sites s where s.id = p_site_id
$$;

-- Creates the grants of offers that the customers do not hold. Returns the events that record them, and before those of
-- a customer the event that records their creation.
create or replace function insert_grants(p_changes offers_change[], p_now timestamptz)
returns new_event[] language plpgsql as $$
declare
  v_events new_event[];
begin
  with changes as materialized (
    select * from unnest(p_changes) where error is null and customer_id is not null
  ), inserted as (
    insert into offer_grants (site_id, customer_id, offer_id, source, granted_at, granted_by, starts_at, expires_at,
                              ending_notice_at, gift)
    select c.site_id, c.customer_id, offer.id, c.options ->> 'source', p_now, c.options ->> 'actor', period.starts_at,
           period.expires_at,
           case when offer.access_ending_days is not null
                then ending_notice(period.expires_at, offer.access_ending_days, site_zone(c.site_id), p_now) end,
           case when offer.is_gift then coalesce(nullif(c.options -> 'gift', 'null'), '{}') end
      from changes c
     cross join lateral unnest(c.offer_ids) wanted (offer_id)
     cross join lateral (
       select o.id, o.is_gift, o.access_days, o.access_begins_at, o.access_ending_days from offers o
        where o.site_id + 0 = c.site_id and o.id = wanted.offer_id limit 1) offer
     cross join lateral (
       select start.starts_at,
              case when c.options ? 'expires_at' then (c.options ->> 'expires_at')::timestamptz
                   when offer.access_days is not null
                   then days_later(start.starts_at, offer.access_days, site_zone(c.site_id)) end as expires_at
         from (select greatest(p_now, offer.access_begins_at) as starts_at) start) period
     -- A row that ends before it starts is refused also where it would conflict. What is held may have begun earlier.
      left join lateral (
        select true as is_held from offer_grants g
         where c.options ? 'expires_at' and g.site_id + 0 = c.site_id and g.customer_id = c.customer_id
           and g.offer_id = offer.id and g.revoked_at is null
         limit 1) live on true
     where live.is_held is null
     order by c.contact_id, offer.id
    on conflict do nothing
    returning site_id, customer_id, offer_id, id, gift is not null as is_gift
  )
  select array_agg(e.event order by e.contact_id, e.grant_id nulls first) into v_events
    from (
      select c.contact_id, null::bigint as grant_id,
             customer_created_event(row(c.*)::offers_change, p_now) as event
        from changes c where c.customer_created
       union all
      select c.contact_id, g.id,
             row(c.site_id, 'offer_granted', p_now, c.options, c.contact_id, c.customer_id, g.offer_id, g.id,
                 jsonb_build_object(
                   'is_gift', g.is_gift, 'customer_created', c.customer_created,
                   'send_offer_grant_email', c.options -> 'send_offer_grant_email'))::new_event
        from inserted g join changes c using (site_id, customer_id)) e;
  return v_events;
end
$$;
