-- The one place where a grant happens: makes sure that the person behind a contact is a customer who
-- holds the offers, and records the events that everything else follows from.
--
-- Several statements and not one with CTEs: those share one snapshot, and with 16 clients granting
-- different offers to one new contact, 61 % of the grants vanished without an error. In a function,
-- each statement sees what was committed before it.
--
-- p_options: {actor, source, request_id, caused_by, depth, send_customer_welcome_email,
--             send_offer_grant_email, gift: {from_name, message}}
-- Returns {contact_id, customer_id, customer_created, offers: [{id, status, grant_id, event_id}], event_ids}
--   or {error}: "contact_not_found", "offer_not_found" (with index), "email_taken" (the customer of another
--   contact has the e-mail); then nothing was written.
create or replace function grant_offers(
  p_site_id bigint, p_contact_id bigint, p_offer_ids bigint[], p_options jsonb, p_now timestamptz
) returns jsonb language plpgsql
-- Plans are kept, and on a table that is still small they would read all of it, also when it has grown.
set enable_seqscan = off
as $$
declare
  v_contact record;
  v_index integer;
  v_customer_id bigint;
  v_created boolean := false;
  v_customer_event_id bigint;
  v_granted jsonb;
begin
  -- Shared with other grants, and with nobody who deletes the contact.
  select c.name, c.email into v_contact from contacts c
   where c.site_id = p_site_id and c.id = p_contact_id and c.deleted_at is null
     for key share;
  if not found then return '{"error": "contact_not_found"}'; end if;

  select i.position - 1 into v_index
    from unnest(p_offer_ids) with ordinality i (offer_id, position)
    left join offers o on o.site_id = p_site_id and o.id = i.offer_id and o.archived_at is null
   where o.id is null order by i.position limit 1;
  if found then return jsonb_build_object('error', 'offer_not_found', 'index', v_index); end if;

  select c.id into v_customer_id from customers c
   where c.site_id = p_site_id and c.contact_id = p_contact_id
     for no key update;
  if not found then
    insert into customers (site_id, contact_id, name, email, created_at, updated_at)
    values (p_site_id, p_contact_id, coalesce(nullif(v_contact.name, ''), split_part(v_contact.email, '@', 1)),
            v_contact.email, p_now, p_now)
    -- Without a target: of two who make the same customer, one may meet the other by the e-mail first, and
    -- a conflict that is not the named one is an error.
    on conflict do nothing
    returning id into v_customer_id;
    v_created := found;
    if v_created and v_contact.name = '' then
      update contacts c set name = split_part(v_contact.email, '@', 1), updated_at = p_now
       where c.site_id = p_site_id and c.id = p_contact_id;
    end if;
    if not v_created then
      select c.id into v_customer_id from customers c
       where c.site_id = p_site_id and c.contact_id = p_contact_id
         for no key update;
      if not found then return '{"error": "email_taken"}'; end if;
    end if;
  end if;

  if v_created then
    insert into events (site_id, type, occurred_at, actor, request_id, caused_by, depth, contact_id, customer_id, data)
    values (p_site_id, 'customer_created', p_now, p_options ->> 'actor', p_options ->> 'request_id',
            (p_options ->> 'caused_by')::bigint, coalesce((p_options ->> 'depth')::integer, 0), p_contact_id, v_customer_id,
            jsonb_build_object(
              'send_welcome_email', coalesce((p_options ->> 'send_customer_welcome_email')::boolean, true),
              'offer_ids', (select jsonb_agg(distinct i.id::text) from unnest(p_offer_ids) i (id))))
    returning id into v_customer_event_id;
  else
    -- A grant that has run out still stands in the way of a new one.
    perform close_expired_grants(p_site_id, v_customer_id, p_now);
  end if;

  with granted as (
    insert into offer_grants (site_id, customer_id, offer_id, source, granted_at, granted_by, starts_at, expires_at, gift)
    select p_site_id, v_customer_id, o.id, p_options ->> 'source', p_now, p_options ->> 'actor', period.starts_at,
           -- In hours: a day of an interval has 23 or 25 of them where the clocks change.
           period.starts_at + make_interval(hours => 24 * o.access_days),
           case when o.is_gift then coalesce(nullif(p_options -> 'gift', 'null'), '{}') end
      from offers o
     cross join lateral (select greatest(p_now, o.access_begins_at) as starts_at) period
     where o.site_id = p_site_id and o.id = any (p_offer_ids)
     -- Everybody inserts in this order, so that two lists that overlap cannot wait for each other.
     order by o.id
    on conflict do nothing
    returning id, offer_id, gift
  ), recorded as (
    insert into events (site_id, type, occurred_at, actor, request_id, caused_by, depth, contact_id, customer_id,
                        offer_id, grant_id, data)
    select p_site_id, 'offer_granted', p_now, p_options ->> 'actor', p_options ->> 'request_id',
           (p_options ->> 'caused_by')::bigint, coalesce((p_options ->> 'depth')::integer, 0), p_contact_id, v_customer_id,
           g.offer_id, g.id,
           jsonb_build_object('is_gift', g.gift is not null, 'customer_created', v_created,
                              'send_offer_grant_email', p_options -> 'send_offer_grant_email')
      from granted g order by g.offer_id
    returning id, offer_id, grant_id
  )
  select coalesce(jsonb_object_agg(r.offer_id, jsonb_build_object('grant_id', r.grant_id::text, 'event_id', r.id::text)), '{}')
    into v_granted from recorded r;

  return jsonb_build_object(
    'contact_id', p_contact_id::text,
    'customer_id', v_customer_id::text,
    'customer_created', v_created,
    'customer_event_id', v_customer_event_id::text,
    'offers', (
      select coalesce(jsonb_agg(jsonb_build_object(
               'id', i.offer_id::text,
               'status', case when v_granted ? i.offer_id::text then 'granted' else 'already_granted' end
             ) || coalesce(v_granted -> i.offer_id::text, '{}') order by i.position), '[]')
        from (select offer_id, min(position) as position
                from unnest(p_offer_ids) with ordinality u (offer_id, position) group by offer_id) i));
end
$$;
