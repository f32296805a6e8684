-- Ends the grants of a customer whose access period is over, and records it. Returns the number of them. When two
-- transactions do so at once, one closes a grant and the other finds it closed.
create or replace function close_expired_grants(p_site_id bigint, p_customer_id bigint, p_now timestamptz)
returns integer language plpgsql
set enable_seqscan = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_closed integer;
begin
  with expired as (
    select g.site_id, g.id from offer_grants g
     where g.revoked_at is null and g.expires_at <= p_now
       and g.site_id + 0 = p_site_id and g.customer_id = p_customer_id
     order by g.id for update
  ), closed as (
    update offer_grants g set revoked_at = p_now, revoked_by = 'system', revoke_reason = 'expired'
      from expired where g.site_id = expired.site_id and g.id = expired.id
    returning g.site_id, g.id, g.customer_id, g.offer_id, g.expires_at
  )
  select count(*) into v_closed
    from record_events(array(
      select row(c.site_id, 'access_expired', p_now, '{"actor": "system"}', cu.contact_id, c.customer_id, c.offer_id, c.id,
                 jsonb_build_object('expired_at', iso_time(c.expires_at)))::new_event
        from closed c join customers cu on cu.site_id = c.site_id and cu.id = c.customer_id
       order by c.id));
  return v_closed;
end
$$;
