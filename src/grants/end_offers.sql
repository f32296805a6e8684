-- Revokes the offers of a list or, with p_replace, every other one after what is missing was granted.
-- Returns what grant_offers() returns for one, and revoked: the text of "1","2", the offers that were lost.
create or replace function end_offers(
  p_site_id bigint, p_contact_id bigint, p_offer_ids bigint[], p_replace boolean, p_options jsonb, p_now timestamptz,
  out error jsonb, out customer_id bigint, out customer_event_id bigint, out granted text, out revoked text
) language plpgsql
as $$
begin
  -- Held until the end, as grants do: a contact that is being deleted is found neither before nor after.
  perform from contacts c where c.site_id + 0 = p_site_id and c.id = p_contact_id and c.deleted_at is null for key share;
  if not found then error := '{"error": "subject_not_found"}'; return; end if;
  error := first_unknown_offer(p_site_id, p_offer_ids);
  if error is not null then return; end if;
  -- Of two replacements at once, the second sees what the first made.
  select cu.id into customer_id from customers cu
   where cu.site_id + 0 = p_site_id and cu.contact_id = p_contact_id for no key update;
  if p_replace then
    select * into error, customer_id, customer_event_id, granted
      from grant_missing_offers(p_site_id, p_contact_id, customer_id, p_offer_ids, p_options, p_now);
    if error is not null then return; end if;
  end if;
  -- A customer that somebody else has made since comes after this.
  if customer_id is not null then
    select string_agg('"' || r.id || '"', ',' order by r.id) into revoked
      from unnest(revoke_offers(p_site_id, p_contact_id, p_offer_ids, p_replace,
                                case when p_replace then 'replaced' else 'revoked' end, p_options, p_now)) r (id);
  end if;
end
$$;

-- Null when every offer exists on the site, archived ones included; else {error, index} of the first that does not.
create or replace function first_unknown_offer(p_site_id bigint, p_offer_ids bigint[]) returns jsonb language sql as $$
  select jsonb_build_object('error', 'offer_not_found', 'index', i.position - 1)
    from unnest(p_offer_ids) with ordinality i (offer_id, position)
    left join lateral (
      select true as known from offers o where o.site_id + 0 = p_site_id and o.id = i.offer_id limit 1) o on true
   where o.known is null order by i.position limit 1
$$;

-- Grants what of the list is not held yet. What is held stays as it is, also when its offer is archived by now.
-- Returns what grant_offers() returns for one.
create or replace function grant_missing_offers(
  p_site_id bigint, p_contact_id bigint, p_customer_id bigint, p_offer_ids bigint[], p_options jsonb, p_now timestamptz,
  out error jsonb, out customer_id bigint, out customer_event_id bigint, out granted text
) language plpgsql
as $$
declare
  v_missing bigint[];
begin
  select array_agg(i.offer_id order by i.position) into v_missing
    from unnest(p_offer_ids) with ordinality i (offer_id, position)
   where not exists (
     select from holdings h
      where h.site_id + 0 = p_site_id and h.customer_id = p_customer_id and h.offer_id = i.offer_id
        and (h.expires_at is null or h.expires_at > p_now));
  if v_missing is null then
    customer_id := p_customer_id;
    return;
  end if;
  select g.errors[1], g.customer_ids[1], g.customer_event_ids[1], g.granted[1]
    into error, customer_id, customer_event_id, granted
    from grant_offers(p_site_id, array[p_contact_id], array[(select jsonb_agg(m::text) from unnest(v_missing) m)],
                      array[p_options], p_now) g;
  if error ->> 'error' = 'offer_not_found' then
    error := error || jsonb_build_object(
      'index', array_position(p_offer_ids, v_missing[(error ->> 'index')::integer + 1]) - 1);
  end if;
end
$$;
