-- Changes the end of grants that the customers hold, where the change asks for it: by options.renew, 'extend' adds the
-- access period of the offer to the end, and 'restart' counts it from now; options.expires_at is the end itself. An
-- offer without a period gives access without end, and access without end stays so unless options.expires_at ends it.
-- Returns the events that record it. Fails with a check_violation of offer_grants_end_is_over for an end in the past.
create or replace function renew_grants(p_changes offers_change[], p_now timestamptz)
returns new_event[] language plpgsql as $$
declare
  v_events new_event[];
begin
  if exists (select from unnest(p_changes) c where c.error is null and (c.options ->> 'expires_at')::timestamptz <= p_now) then
    raise exception 'the end of access is over' using errcode = 'check_violation', constraint = 'offer_grants_end_is_over';
  end if;
  with renewals as materialized (
    select c.contact_id, c.options, held.*, offer.access_ending_days, site.time_zone, renewed.expires_at as new_end
      from unnest(p_changes) c
     cross join lateral unnest(c.offer_ids) wanted (offer_id)
     cross join lateral (
       select g.site_id, g.id, g.customer_id, g.offer_id, g.starts_at, g.expires_at from offer_grants g
        where g.site_id + 0 = c.site_id and g.customer_id = c.customer_id and g.offer_id = wanted.offer_id
          and g.revoked_at is null
        limit 1 for no key update) held
     cross join lateral (
       select o.access_days, o.access_begins_at, o.access_ending_days from offers o
        where o.site_id + 0 = c.site_id and o.id = wanted.offer_id limit 1) offer
     cross join lateral (select s.time_zone from sites s where s.id = c.site_id limit 1) site
     cross join lateral (
       select case when c.options ? 'expires_at' then (c.options ->> 'expires_at')::timestamptz
                   when c.options ->> 'renew' = 'restart'
                   then days_later(greatest(p_now, offer.access_begins_at), offer.access_days, site.time_zone)
                   else days_later(held.expires_at, offer.access_days, site.time_zone) end as expires_at) renewed
     where c.error is null and c.customer_id is not null and c.options ?| array['renew', 'expires_at']
       and (c.options ? 'expires_at' or held.expires_at is not null)
       and renewed.expires_at is distinct from held.expires_at
  ), written as (
    update offer_grants g
       set expires_at = r.new_end, ending_notice_at = ending_notice(r.new_end, r.access_ending_days, r.time_zone, p_now)
      from renewals r where g.site_id = r.site_id and g.id = r.id
  )
  select array_agg(
           access_changed(r.site_id, r.options, r.contact_id, r.customer_id, r.offer_id, r.id, r.starts_at, r.expires_at,
                          r.new_end, p_now)
           order by r.contact_id, r.id)
    into v_events from renewals r;
  return v_events;
end
$$;

-- The event for another period of access: an extension when it ends later.
create or replace function access_changed(
  p_site_id bigint, p_origin jsonb, p_contact_id bigint, p_customer_id bigint, p_offer_id bigint, p_grant_id bigint,
  p_starts_at timestamptz, p_old_end timestamptz, p_new_end timestamptz, p_now timestamptz
) returns new_event language sql stable as $$
  select row(p_site_id,
             case when coalesce(p_new_end, 'infinity') > coalesce(p_old_end, 'infinity') then 'access_extended'
                  else 'access_changed' end,
             p_now, p_origin, p_contact_id, p_customer_id, p_offer_id, p_grant_id,
             jsonb_build_object('starts_at', iso_time(p_starts_at), 'expires_at', iso_time(p_new_end),
                                'previous_expires_at', iso_time(p_old_end)))::new_event
$$;

-- When an end of access is announced that many days before; null: not at all, or it would be too late.
create or replace function ending_notice(p_end timestamptz, p_days integer, p_zone text, p_now timestamptz)
returns timestamptz language sql immutable
  return case when days_later(p_end, -p_days, p_zone) > p_now then days_later(p_end, -p_days, p_zone) end;

-- The changes with the instant in place of options.expires_at that is a day: its end in the time zone of the site.
create or replace function with_exact_ends(p_changes offers_change[]) returns offers_change[] language plpgsql as $$
declare
  v_index integer;
  v_end timestamptz;
begin
  for v_index in 1..cardinality(p_changes) loop
    continue when coalesce(p_changes[v_index].options ->> 'expires_at', '') !~ '^\d{4}-\d\d-\d\d$';
    select day_end((p_changes[v_index].options ->> 'expires_at')::date, s.time_zone) into v_end
      from sites s where s.id = p_changes[v_index].site_id;
    p_changes[v_index].options :=
      p_changes[v_index].options || jsonb_build_object('expires_at', iso_time(v_end));
  end loop;
  return p_changes;
end
$$;

-- Records for at most p_limit grants that their access will end. Returns the number of grants looked at.
create or replace function announce_access_ends(p_now timestamptz, p_limit integer) returns integer language plpgsql
set enable_seqscan = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_announced new_event[];
  v_count integer;
begin
  with due as (
    select site_id, id from offer_grants
     where revoked_at is null and ending_notice_at is not null and ending_notice_at <= p_now
     order by ending_notice_at limit p_limit for no key update skip locked
  ), announced as (
    update offer_grants g set ending_notice_at = null
      from due where g.site_id = due.site_id and g.id = due.id
    returning g.site_id, g.id, g.customer_id, g.offer_id, g.expires_at
  )
  select count(*),
         array_agg(
           row(a.site_id, 'access_ending', p_now, '{"actor": "system"}', cu.contact_id, a.customer_id, a.offer_id, a.id,
               jsonb_build_object('expires_at', iso_time(a.expires_at)))::new_event
           order by a.id) filter (where a.expires_at > p_now)
    into v_count, v_announced
    from announced a join customers cu on cu.site_id = a.site_id and cu.id = a.customer_id;
  perform record_events(v_announced);
  return v_count;
end
$$;
