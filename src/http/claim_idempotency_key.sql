-- Takes an Idempotency-Key for the running transaction, or returns what its first request answered.
--
-- Returns {"state": "claimed"}; or {"state": "replay", "outcome": …}; or {"state": "mismatch"} when the
-- first request was another one. While the first still runs this waits for it up to two seconds and
-- then fails with lock_not_available (55P03); when the first is rolled back, the waiting one claims.
create or replace function claim_idempotency_key(
  p_account_id bigint, p_route text, p_key text, p_request_hash bytea, p_now timestamptz
) returns jsonb language plpgsql as $$
declare
  v_claimed boolean;
  v_first idempotency_keys;
begin
  perform set_config('lock_timeout', '2s', true);
  insert into idempotency_keys (account_id, route, key, request_hash, created_at)
  values (p_account_id, p_route, p_key, p_request_hash, p_now)
  on conflict (account_id, route, key) do update
     -- A key lives 24 hours; an older one is taken over.
     set request_hash = excluded.request_hash, created_at = excluded.created_at, outcome = null
   where idempotency_keys.created_at < p_now - interval '24 hours';
  -- Before the next statement, which sets FOUND as well.
  v_claimed := found;
  perform set_config('lock_timeout', '0', true);
  if v_claimed then return '{"state": "claimed"}'; end if;

  select * into v_first from idempotency_keys i
   where i.account_id = p_account_id and i.route = p_route and i.key = p_key;
  if v_first.request_hash <> p_request_hash then return '{"state": "mismatch"}'; end if;
  return jsonb_build_object('state', 'replay', 'outcome', v_first.outcome);
end
$$;
