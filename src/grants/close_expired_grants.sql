-- Ends the grants of a customer whose access period is over, and records it. Returns how many.
-- Of two that run at once, one closes a grant and the other finds it closed.
create or replace function close_expired_grants(p_site_id bigint, p_customer_id bigint, p_now timestamptz)
returns integer language plpgsql
set enable_seqscan = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_closed integer;
begin
  with due as (
    select g.site_id, g.id from offer_grants g
     where g.revoked_at is null and g.expires_at <= p_now
       and g.site_id + 0 = p_site_id and g.customer_id = p_customer_id
     order by g.id for update
  ), closed as (
    update offer_grants g set revoked_at = p_now, revoked_by = 'system', revoke_reason = 'expired'
      from due where g.site_id = due.site_id and g.id = due.id
    returning g.site_id, g.id, g.customer_id, g.offer_id, g.expires_at
  )
  insert into events (site_id, type, occurred_at, actor, contact_id, customer_id, offer_id, grant_id, data)
  select c.site_id, 'access_expired', p_now, 'system', cu.contact_id, c.customer_id, c.offer_id, c.id,
         jsonb_build_object('expired_at', c.expires_at)
    from closed c join customers cu on cu.site_id = c.site_id and cu.id = c.customer_id
   order by c.id;
  get diagnostics v_closed = row_count;
  return v_closed;
end
$$;
