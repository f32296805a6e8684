-- Revokes the offers of each change from its contact. Offers that the customer does not hold are ignored. Billing is
-- never changed.
create or replace function revoke_offers(p_changes offers_change[], p_now timestamptz)
returns offers_outcome[] language plpgsql
set enable_seqscan = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_changes offers_change[] := lock_contacts(p_changes, true);
begin
  return array(
    select outcome_of(c, null, null, null, end_grants(c, c.offer_ids, 'revoked', p_now)) from unnest(v_changes) c);
end
$$;

-- Revokes all offers of a contact that the caller has locked. Returns their ids.
create or replace function revoke_all_offers(
  p_site_id bigint, p_contact_id bigint, p_reason text, p_options jsonb, p_now timestamptz
) returns bigint[] language plpgsql
set enable_seqscan = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_change offers_change := new_change(1, p_site_id, p_contact_id, '{}', p_options);
begin
  select id into v_change.customer_id from customers
   where site_id + 0 = p_site_id and contact_id = p_contact_id
     for no key update;
  return end_other_grants(v_change, p_reason, p_now);
end
$$;

-- Ends the live grants of these offers to the customer of a change, and access by purchases of them; there are none while
-- the contact is not a customer. Returns the ids of the offers that were held.
create or replace function end_grants(p_change offers_change, p_offer_ids bigint[], p_reason text, p_now timestamptz)
returns bigint[] language plpgsql as $$
declare
  v_offer_ids bigint[];
begin
  if p_change.customer_id is null then return '{}'; end if;
  -- What has expired was not revoked.
  perform close_expired_grants(p_change.site_id, p_change.customer_id, p_now);
  with ended as (
    update offer_grants set revoked_at = p_now, revoked_by = p_change.options ->> 'actor', revoke_reason = p_reason
     where site_id + 0 = p_change.site_id and customer_id = p_change.customer_id and offer_id = any (p_offer_ids)
       and revoked_at is null
    returning id, offer_id
  )
  select array_agg(r.offer_id order by r.offer_id) into v_offer_ids
    from record_events(array(
      select row(p_change.site_id, 'offer_revoked', p_now, p_change.options, p_change.contact_id, p_change.customer_id,
                 e.offer_id, e.id, jsonb_build_object('reason', p_reason))::new_event
        from ended e order by e.offer_id)) r;
  return array(
    select unnest(v_offer_ids) union
    select unnest(deactivate_purchases(
      p_change.site_id, p_change.customer_id, p_offer_ids,
      case p_reason when 'contact_deleted' then 'contact_deleted' else 'deactivated' end, p_change.options, p_now))
     order by 1);
end
$$;

-- The same for all offers that are not listed in the change.
create or replace function end_other_grants(p_change offers_change, p_reason text, p_now timestamptz)
returns bigint[] language plpgsql as $$
begin
  return end_grants(
    p_change,
    array(select distinct offer_id from holdings
           where site_id + 0 = p_change.site_id and customer_id = p_change.customer_id
             and offer_id <> all (p_change.offer_ids)),
    p_reason, p_now);
end
$$;
