-- Makes each customer hold exactly the offers of the change: grants the missing ones, then revokes all others. An offer
-- that is held already is left unchanged, even when it has been archived.
create or replace function replace_offers(p_changes offers_change[], p_now timestamptz)
returns offers_outcome[] language plpgsql as $$
declare
  v_changes offers_change[] := lock_contacts(p_changes, true);
  v_granted offers_outcome[] := grant_offers(with_missing_offers(v_changes, p_now), p_now);
begin
  -- The grants may have created customers.
  v_changes := lock_contacts(p_changes, true);
  return array(
    select row(c.place, c.site_id, coalesce(c.error, g.error), coalesce(c.unknown_offer_id, g.unknown_offer_id),
               c.customer_id, g.customer_event_id, g.granted, null,
               case when g.error is null then end_other_grants(c, 'replaced', p_now) end, null, null, null)::offers_outcome
      from unnest(v_changes) c left join unnest(v_granted) g using (place));
end
$$;

-- The changes that can be made, each with those of its offers that the customer does not hold.
create or replace function with_missing_offers(p_changes offers_change[], p_now timestamptz)
returns offers_change[] language plpgsql as $$
begin
  return array(
    select new_change(c.place, c.site_id, c.contact_id, missing.offer_ids, c.options)
      from unnest(p_changes) c
     cross join lateral (
       select array(
         select wanted.offer_id from unnest(c.offer_ids) with ordinality wanted (offer_id, position)
          where not exists (
            select from holdings h
             where h.site_id + 0 = c.site_id and h.customer_id = c.customer_id and h.offer_id = wanted.offer_id
               and (h.expires_at is null or h.expires_at > p_now))
          order by wanted.position) as offer_ids) missing
     where c.error is null);
end
$$;
