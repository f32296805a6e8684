-- Requests that grant, revoke or replace offers, in one round trip and one transaction: is the caller allowed to, is
-- this a repetition, whose offers are they, the change, what is held now. All requests are of one caller, with one
-- kind of parent and one mode; each has the same outcome as it would have alone.
--
-- p_caller: {account_id, permission, key_id, family_id, epoch} of a token, whose owner is then the actor; or only
--   {account_id} for the operator of the server, who needs no permission and is named in the options.
-- p_parent: 'contacts' or 'customers', the type of the subject_ids. p_mode: 'grant', 'revoke' or 'replace'.
-- p_requests: [{place, subject_id, offer_ids, options, idempotency}], with places from 1, no subject and no
--   Idempotency-Key twice; offer_ids and options as in offers_change, idempotency null or {caller, route, key,
--   request_hash (hex)}.
-- Returns an outcome for each. Fails with lock_not_available (55P03), and nothing was written at all, when one of
-- several would have to wait for another transaction.
create or replace function change_offers(
  p_caller jsonb, p_parent text, p_mode text, p_requests jsonb, p_now timestamptz
) returns offers_outcome[] language plpgsql
-- For all functions that are called from here: the same plan for every call, and on a table that is still small none
-- that would read all of it when it has grown.
set enable_seqscan = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_account_id bigint := p_caller ->> 'account_id';
  v_has_keys boolean := p_requests @? '$[*].idempotency.key';
  v_caller record;
  -- Of repetitions.
  v_known offers_outcome[] := '{}';
  v_changes offers_change[];
  v_outcomes offers_outcome[];
begin
  -- A lock that blocks one of many is waited for only when that one runs alone.
  if jsonb_array_length(p_requests) > 1 then perform set_config('lock_timeout', '500ms', true); end if;

  v_caller := authorize_change(v_account_id, p_caller);
  if v_caller.error is not null then return same_error(v_caller.error, p_requests); end if;

  if v_has_keys then v_known := known_outcomes(v_account_id, p_requests, p_now); end if;
  v_changes := array(
    select new_change(r.place, s.site_id, s.contact_id, r.offer_ids, r.options || v_caller.origin)
      from jsonb_to_recordset(p_requests) r (place integer, subject_id bigint, offer_ids bigint[], options jsonb)
      left join lateral find_subject(v_caller.site_ids, p_parent, r.subject_id) s on true
     where r.place <> all (array(select k.place from unnest(v_known) k)));

  v_outcomes := case p_mode
    when 'grant' then grant_offers(v_changes, p_now)
    when 'revoke' then revoke_offers(v_changes, p_now)
    when 'replace' then replace_offers(v_changes, p_now)
  end;
  v_outcomes := with_held_offers(v_outcomes, p_now);

  if v_has_keys then
    perform keep_outcome(v_account_id, r.idempotency, case when o.error is null then to_jsonb(o) end)
       from unnest(v_outcomes) o join jsonb_to_recordset(p_requests) r (place integer, idempotency jsonb) using (place)
      where r.idempotency is not null;
  end if;
  return v_known || v_outcomes;
end
$$;

-- Whether a caller may change offers: its sites, and the origin of its changes; or error: unauthorized or forbidden.
create or replace function authorize_change(
  p_account_id bigint, p_caller jsonb, out error text, out site_ids bigint[], out origin jsonb
) language plpgsql as $$
declare
  v_token record;
begin
  origin := '{}';
  if not p_caller ? 'family_id' then
    site_ids := array(select s.id from sites s where s.account_id = p_account_id and s.archived_at is null order by s.id);
    return;
  end if;
  select * into v_token
    from authenticate(p_account_id, (p_caller ->> 'family_id')::uuid, (p_caller ->> 'epoch')::integer, true);
  if not found then
    error := 'unauthorized';
  elsif not coalesce((p_caller ->> 'permission') = any (v_token.permissions), true) then
    error := 'forbidden';
  end if;
  site_ids := v_token.site_ids;
  origin := jsonb_build_object('actor', coalesce('api_key:' || (p_caller ->> 'key_id'), 'user:' || v_token.user_id));
end
$$;

-- The same error for every request.
create or replace function same_error(p_error text, p_requests jsonb) returns offers_outcome[] language plpgsql as $$
begin
  return array(
    select row(r.place, null, p_error, null, null, null, null, null, null, null, null, null)::offers_outcome
      from jsonb_to_recordset(p_requests) r (place integer));
end
$$;

-- Claims the Idempotency-Keys of the requests. Returns the outcomes of those whose key was used before.
create or replace function known_outcomes(p_account_id bigint, p_requests jsonb, p_now timestamptz)
returns offers_outcome[] language plpgsql as $$
declare
  v_claims jsonb := jsonb_path_query_array(p_requests, '$[*].idempotency');
begin
  return array(
    select jsonb_populate_record(
             null::offers_outcome,
             case k.state when 'replay' then k.outcome || jsonb_build_object('place', k.place, 'replayed', true)
                          else jsonb_build_object('place', k.place, 'error', 'idempotency_mismatch') end)
      from claim_idempotency_keys(p_account_id, v_claims, p_now) k
     where k.state <> 'claimed');
end
$$;

-- The contact of this id, or the one that is the customer of this id, when one of the sites has it. When there is only
-- one site, lock_contacts() finds out whether it has the contact.
create or replace function find_subject(p_site_ids bigint[], p_parent text, p_id bigint)
returns table (site_id bigint, contact_id bigint) language sql stable as $$
  select p_site_ids[1], p_id
   where p_parent = 'contacts' and cardinality(p_site_ids) = 1
   union all
  select c.site_id, c.id from contacts c
   where p_parent = 'contacts' and cardinality(p_site_ids) > 1
     and c.site_id + 0 = any (p_site_ids) and c.id = p_id and c.deleted_at is null
   union all
  select c.site_id, c.contact_id from customers c
   where p_parent = 'customers' and c.site_id + 0 = any (p_site_ids) and c.id = p_id and c.deleted_at is null
   limit 1
$$;

-- The outcomes with all offers that each customer holds now.
create or replace function with_held_offers(p_outcomes offers_outcome[], p_now timestamptz)
returns offers_outcome[] language plpgsql as $$
begin
  return array(
    select row(o.place, o.site_id, o.error, o.unknown_offer_id, o.customer_id, o.customer_event_id, o.granted, o.renewed,
               o.revoked, coalesce(held.offer_ids, '{}'), held.ends, null)::offers_outcome
      from unnest(p_outcomes) o
     cross join lateral (
       select array_agg(h.offer_id order by h.offer_id) as offer_ids, json_object_agg(h.offer_id, h.expires_at) as ends
         from (
           -- By a grant and by purchases: access lasts until the last of them ends.
           select h.offer_id, case when bool_and(h.expires_at is not null) then max(h.expires_at) end as expires_at
             from holdings h
            where h.site_id + 0 = o.site_id and h.customer_id = o.customer_id
              and (h.expires_at is null or h.expires_at > p_now)
            group by h.offer_id) h) held);
end
$$;
