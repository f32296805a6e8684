-- Ends live grants of the customer behind a contact: those of the listed offers, or with p_all_but
-- those of every other offer. Offers that are not held are ignored. Billing is never touched.
--
-- p_options: {actor, request_id, caused_by, depth, run_id}. Returns the ids of the offers that ended.
create or replace function revoke_offers(
  p_site_id bigint, p_contact_id bigint, p_offer_ids bigint[], p_all_but boolean, p_reason text, p_options jsonb,
  p_now timestamptz
) returns bigint[] language plpgsql
set enable_seqscan = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_customer_id bigint;
  v_revoked bigint[];
begin
  select c.id into v_customer_id from customers c
   where c.site_id + 0 = p_site_id and c.contact_id = p_contact_id
     for no key update;
  if not found then return '{}'; end if;
  perform close_expired_grants(p_site_id, v_customer_id, p_now);

  with revoked as (
    update offer_grants g set revoked_at = p_now, revoked_by = p_options ->> 'actor', revoke_reason = p_reason
     where g.site_id + 0 = p_site_id and g.customer_id = v_customer_id and g.revoked_at is null
       and (g.offer_id = any (p_offer_ids)) <> p_all_but
    returning g.id, g.offer_id
  ), recorded as (
    insert into events (site_id, type, occurred_at, actor, request_id, caused_by, depth, run_id, contact_id, customer_id,
                        offer_id, grant_id, data)
    select p_site_id, 'offer_revoked', p_now, p_options ->> 'actor', p_options ->> 'request_id',
           (p_options ->> 'caused_by')::bigint, coalesce((p_options ->> 'depth')::integer, 0),
           (p_options ->> 'run_id')::bigint, p_contact_id, v_customer_id, r.offer_id, r.id,
           jsonb_build_object('reason', p_reason)
      from revoked r order by r.offer_id
    returning offer_id
  )
  select coalesce(array_agg(r.offer_id), '{}') into v_revoked from recorded r;
  return v_revoked;
end
$$;
