-- Revokes the offers of a list or, with p_replace, every other one after what is missing was granted.
-- Returns {customer_id, revoked: [offer ids]}, for a replacement also what grant_offers() returns; or {error}.
create or replace function end_offers(
  p_site_id bigint, p_contact_id bigint, p_offer_ids bigint[], p_replace boolean, p_options jsonb, p_now timestamptz
) returns jsonb language plpgsql
as $$
declare
  v_outcome jsonb;
  v_customer_id bigint;
  v_revoked bigint[];
begin
  -- Held until the end, as grants do: a contact that is being deleted is found neither before nor after.
  perform from contacts c where c.site_id + 0 = p_site_id and c.id = p_contact_id and c.deleted_at is null for key share;
  if not found then return '{"error": "subject_not_found"}'; end if;
  v_outcome := first_unknown_offer(p_site_id, p_offer_ids);
  if v_outcome ? 'error' then return v_outcome; end if;
  -- Of two replacements at once, the second sees what the first made.
  select cu.id into v_customer_id from customers cu
   where cu.site_id + 0 = p_site_id and cu.contact_id = p_contact_id for no key update;
  v_outcome := jsonb_build_object('customer_id', v_customer_id::text);
  if p_replace then
    v_outcome := grant_missing_offers(p_site_id, p_contact_id, v_customer_id, p_offer_ids, p_options, p_now);
    if v_outcome ? 'error' then return v_outcome; end if;
  end if;
  -- A customer that somebody else has made since comes after this.
  if v_outcome ->> 'customer_id' is not null then
    v_revoked := revoke_offers(p_site_id, p_contact_id, p_offer_ids, p_replace,
                               case when p_replace then 'replaced' else 'revoked' end, p_options, p_now);
  end if;
  return v_outcome || jsonb_build_object(
    'revoked', coalesce((select jsonb_agg(r::text order by r) from unnest(v_revoked) r), '[]'));
end
$$;

-- {} when every offer exists on the site, archived ones included; else {error, index} of the first that does not.
create or replace function first_unknown_offer(p_site_id bigint, p_offer_ids bigint[]) returns jsonb language sql as $$
  select coalesce(
    (select jsonb_build_object('error', 'offer_not_found', 'index', i.position - 1)
       from unnest(p_offer_ids) with ordinality i (offer_id, position)
       left join lateral (
         select true as known from offers o where o.site_id + 0 = p_site_id and o.id = i.offer_id limit 1) o on true
      where o.known is null order by i.position limit 1), '{}')
$$;

-- Grants what of the list is not held yet. What is held stays as it is, also when its offer is archived by now.
create or replace function grant_missing_offers(
  p_site_id bigint, p_contact_id bigint, p_customer_id bigint, p_offer_ids bigint[], p_options jsonb, p_now timestamptz
) returns jsonb language plpgsql
as $$
declare
  v_missing bigint[];
  v_outcomes jsonb[];
begin
  select array_agg(i.offer_id order by i.position) into v_missing
    from unnest(p_offer_ids) with ordinality i (offer_id, position)
   where not exists (
     select from holdings h
      where h.site_id + 0 = p_site_id and h.customer_id = p_customer_id and h.offer_id = i.offer_id
        and (h.expires_at is null or h.expires_at > p_now));
  if v_missing is null then
    return jsonb_build_object('customer_id', p_customer_id::text, 'customer_created', false, 'granted', '{}'::jsonb);
  end if;
  v_outcomes := grant_offers(
    p_site_id, array[p_contact_id], array[(select jsonb_agg(m::text) from unnest(v_missing) m)], array[p_options], p_now);
  if v_outcomes[1] ->> 'error' = 'offer_not_found' then
    return v_outcomes[1] || jsonb_build_object(
      'index', array_position(p_offer_ids, v_missing[(v_outcomes[1] ->> 'index')::integer + 1]) - 1);
  end if;
  return v_outcomes[1];
end
$$;
