-- Takes Idempotency-Keys for the running transaction, or returns the responses to their first requests.
--
-- p_claims: [{caller, route, key, request_hash (hex)}], null for a request without a key; all of one caller and
--   route, no key twice.
-- Returns a row for each key: its place in the list, from 1; state 'claimed'; or 'replay' with the outcome;
-- or 'mismatch' when the first request was another one. While a first one still runs this waits for it, up to
-- two seconds unless lock_timeout says less, and then fails with lock_not_available (55P03); when the first is
-- rolled back, the waiting one claims.
create or replace function claim_idempotency_keys(
  p_account_id bigint, p_claims jsonb, p_now timestamptz
) returns table (place bigint, state text, outcome jsonb) language plpgsql
set enable_seqscan = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_patience text := current_setting('lock_timeout');
  v_claimed text[];
begin
  if v_patience = '0' then perform set_config('lock_timeout', '2s', true); end if;
  with claimed as (
    insert into idempotency_keys as i (account_id, caller, route, key, request_hash, created_at)
    select p_account_id, c ->> 'caller', c ->> 'route', c ->> 'key', decode(c ->> 'request_hash', 'hex'), p_now
      from jsonb_array_elements(p_claims) c
     where c <> 'null'
     -- The same order for everybody: lists that overlap cannot wait for each other.
     order by c ->> 'route', c ->> 'key'
    on conflict (account_id, caller, route, key) do update
       -- A key lives 24 hours; an older one is taken over.
       set request_hash = excluded.request_hash, created_at = excluded.created_at, outcome = null
     where i.created_at < p_now - interval '24 hours'
    returning i.key
  )
  select coalesce(array_agg(claimed.key), '{}') into v_claimed from claimed;
  perform set_config('lock_timeout', v_patience, true);

  return query
    select c.place,
           case when c.claim ->> 'key' = any (v_claimed) then 'claimed'
                when first.request_hash <> decode(c.claim ->> 'request_hash', 'hex') then 'mismatch'
                else 'replay' end,
           first.outcome
      from jsonb_array_elements(p_claims) with ordinality c (claim, place)
     cross join lateral (
       select i.request_hash, i.outcome from idempotency_keys i
        where i.account_id = p_account_id and i.caller = c.claim ->> 'caller'
          and i.route = c.claim ->> 'route' and i.key = c.claim ->> 'key'
        limit 1) first
     where c.claim <> 'null';
end
$$;

-- Stores the outcome of the first request with a key, for repetitions. Null frees the key: the request failed.
create or replace function keep_outcome(p_account_id bigint, p_claim jsonb, p_outcome jsonb)
returns void language plpgsql
set enable_seqscan = off set plan_cache_mode = force_generic_plan
as $$
begin
  if p_outcome is null then
    delete from idempotency_keys
     where account_id = p_account_id and caller = p_claim ->> 'caller'
       and route = p_claim ->> 'route' and key = p_claim ->> 'key' and outcome is null;
  else
    update idempotency_keys set outcome = p_outcome
     where account_id = p_account_id and caller = p_claim ->> 'caller'
       and route = p_claim ->> 'route' and key = p_claim ->> 'key';
  end if;
end
$$;
