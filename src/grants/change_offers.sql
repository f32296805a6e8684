-- The whole of requests that grant, revoke or replace offers, in one round trip and one transaction: may
-- the caller, is this a repetition, whose offers are they, do it, what is held now. The requests are of one
-- caller, with one kind of parent and one mode; each has the same result as alone.
--
-- p_caller: {account_id, permission, key_id, family_id, epoch} as a token has it, who is then the actor;
--   or {account_id} alone: the operator of the server, who needs no permission and is named in the options.
-- p_door: 'contacts' or 'customers', what the subject_ids are ids of. p_mode: 'grant', 'revoke' or 'replace'.
-- p_changes: [{subject_id, offer_ids, options, idempotency}]: no subject and no Idempotency-Key twice; ids as
--   decimal digits, options as for grant_offers(), idempotency null or {caller, route, key,
--   request_hash (hex)}.
-- Returns for each {held: [offer ids], revoked: [offer ids], replayed} and, unless offers were revoked,
--   {customer_id, customer_created, customer_event_id, granted: {<offer id>: {grant_id, event_id}}}; or {error}:
--   unauthorized, forbidden, subject_not_found, offer_not_found (with index), email_taken, idempotency_mismatch,
--   and nothing was written for it. Fails with lock_not_available (55P03), and nothing was
--   written at all, when one of several has to wait for somebody else.
create or replace function change_offers(
  p_caller jsonb, p_door text, p_mode text, p_changes jsonb, p_now timestamptz
) returns json language plpgsql
-- For all that is called from here: one plan for every call, and on a table that is still small none that reads
-- all of it, also when it has grown.
set enable_seqscan = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_account_id bigint := p_caller ->> 'account_id';
  v_caller record;
  v_actor jsonb := '{}';
  v_callers_site_ids bigint[];
  v_keys jsonb := jsonb_path_query_array(p_changes, '$[*].idempotency');
  -- By the place of a request in p_changes: what its key was answered before.
  v_known jsonb[];
  -- By the order of contacts, in which everybody locks them.
  v_places bigint[];
  v_site_ids bigint[];
  v_contact_ids bigint[];
  v_offer_ids jsonb[];
  v_options jsonb[];
  -- As text, which is built in a fraction of the time of jsonb.
  v_outcomes text[];
  v_site_id bigint;
  v_changed text[];
begin
  -- A lock that blocks one of many is waited for only when that one runs alone.
  if jsonb_array_length(p_changes) > 1 then perform set_config('lock_timeout', '500ms', true); end if;

  if p_caller ? 'family_id' then
    select * into v_caller
      from authenticate(v_account_id, (p_caller ->> 'family_id')::uuid, (p_caller ->> 'epoch')::integer, true);
    if not found then return same_outcome('{"error": "unauthorized"}', p_changes); end if;
    if not coalesce((p_caller ->> 'permission') = any (v_caller.permissions), true) then
      return same_outcome('{"error": "forbidden"}', p_changes);
    end if;
    v_callers_site_ids := v_caller.site_ids;
    v_actor := jsonb_build_object('actor', coalesce('api_key:' || (p_caller ->> 'key_id'), 'user:' || v_caller.user_id));
  else
    select array_agg(s.id order by s.id) into v_callers_site_ids from sites s
     where s.account_id = v_account_id and s.archived_at is null;
  end if;

  if v_keys @? '$[*].key' then
    select array_agg(case k.state when 'replay' then k.outcome || '{"replayed": true}'
                                  when 'mismatch' then '{"error": "idempotency_mismatch"}' end order by c.place)
      into v_known
      from generate_series(1, jsonb_array_length(p_changes)) c (place)
      left join claim_idempotency_keys(v_account_id, v_keys, p_now) k using (place);
  end if;

  select array_agg(w.place), array_agg(w.site_id), array_agg(w.contact_id), array_agg(w.offer_ids), array_agg(w.options)
    into v_places, v_site_ids, v_contact_ids, v_offer_ids, v_options
    from (select c.place, s.site_id, s.contact_id, c.change -> 'offer_ids' as offer_ids,
                 (c.change -> 'options') || v_actor as options
            from jsonb_array_elements(p_changes) with ordinality c (change, place)
            left join lateral find_subject(v_callers_site_ids, p_door, (c.change ->> 'subject_id')::bigint) s
              on v_known[c.place] is null
           order by s.contact_id) w;

  foreach v_site_id in array v_callers_site_ids loop
    continue when array_position(v_site_ids, v_site_id) is null;
    v_changed := change_offers_of_site(
      v_site_id, p_mode,
      array(select case when s.id = v_site_id then s.contact_id end from unnest(v_site_ids, v_contact_ids) s (id, contact_id)),
      v_offer_ids, v_options, p_now);
    -- Nearly always all are of one site.
    v_outcomes := case when v_outcomes is null then v_changed
                       else array(select coalesce(o.changed, o.known) from unnest(v_changed, v_outcomes) o (changed, known)) end;
  end loop;

  select array_agg(coalesce(v_known[o.place]::text, o.outcome, '{"error": "subject_not_found"}') order by o.place)
    into v_outcomes from unnest(v_places, v_outcomes) o (place, outcome);
  if v_keys @? '$[*].key' then perform keep_outcomes(v_account_id, v_keys, v_outcomes::jsonb[]); end if;
  return '[' || array_to_string(v_outcomes, ',') || ']';
end
$$;

create or replace function same_outcome(p_outcome json, p_changes jsonb) returns json language sql immutable as $$
  select json_agg(p_outcome) from jsonb_array_elements(p_changes)
$$;

-- The contact of this id, or the one behind the customer of this id, when one of the sites has it. Whether the only
-- site there is has the contact, who locks it will see.
create or replace function find_subject(p_site_ids bigint[], p_door text, p_id bigint)
returns table (site_id bigint, contact_id bigint) language sql stable as $$
  select p_site_ids[1], p_id
   where p_door = 'contacts' and cardinality(p_site_ids) = 1
   union all
  select c.site_id, c.id from contacts c
   where p_door = 'contacts' and cardinality(p_site_ids) > 1
     and c.site_id + 0 = any (p_site_ids) and c.id = p_id and c.deleted_at is null
   union all
  select c.site_id, c.contact_id from customers c
   where p_door = 'customers' and c.site_id + 0 = any (p_site_ids) and c.id = p_id and c.deleted_at is null
   limit 1
$$;

-- The changes that are about contacts of this site; a contact that is null is ignored. Returns the text of each
-- outcome.
create or replace function change_offers_of_site(
  p_site_id bigint, p_mode text, p_contact_ids bigint[], p_offer_ids jsonb[], p_options jsonb[], p_now timestamptz
) returns text[] language plpgsql
as $$
declare
  v_errors jsonb[];
  v_customer_ids bigint[];
  v_customer_event_ids bigint[];
  v_granted text[];
  v_revoked text[];
begin
  if p_mode = 'grant' then
    select * into v_errors, v_customer_ids, v_customer_event_ids, v_granted
      from grant_offers(p_site_id, p_contact_ids, p_offer_ids, p_options, p_now);
  else
    select array_agg(e.error), array_agg(e.customer_id), array_agg(e.customer_event_id), array_agg(e.granted), array_agg(e.revoked)
      into v_errors, v_customer_ids, v_customer_event_ids, v_granted, v_revoked
      from unnest(p_contact_ids, p_offer_ids, p_options) r (contact_id, offer_ids, options)
      left join lateral end_offers(
        p_site_id, r.contact_id, array(select i::bigint from jsonb_array_elements_text(r.offer_ids) i),
        p_mode = 'replace', r.options, p_now) e on true;
  end if;
  return array(
    select case when r.contact_id is not null then coalesce(r.error::text, concat(
             '{"held":[', held.offers, '],"revoked":[', r.revoked, ']',
             case when p_mode <> 'revoke' then concat(
               ',"customer_id":', coalesce('"' || r.customer_id || '"', 'null'),
               ',"customer_created":', (r.customer_event_id is not null)::text,
               ',"customer_event_id":', coalesce('"' || r.customer_event_id || '"', 'null'),
               ',"granted":', coalesce(r.granted, '{}')) end,
             '}')) end
      from unnest(p_contact_ids, v_errors, v_customer_ids, v_customer_event_ids, v_granted, v_revoked) with ordinality
           r (contact_id, error, customer_id, customer_event_id, granted, revoked, n)
      -- Of the customer that was locked: one that somebody else has made since comes after this.
      left join lateral (
        select string_agg('"' || h.offer_id || '"', ',' order by h.offer_id) as offers from holdings h
         where h.site_id + 0 = p_site_id and h.customer_id = r.customer_id
           and (h.expires_at is null or h.expires_at > p_now)) held on true
     order by r.n);
end
$$;
