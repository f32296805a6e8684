-- Claims undispatched events for this transaction, site after site, beginning with the site p_from and starting over
-- after the last one. A site is locked until the transaction ends, so that its events are dispatched in their order;
-- sites that another worker has locked are skipped. Returns the events of each site in the order of their ids.
--
-- Events are read by a statement that begins after their site was locked: it sees what the previous holder of the lock
-- has dispatched. The conditions on site_id are ranges, which no other index can answer in this order.
create or replace function claim_events(p_types text[], p_now timestamptz, p_from bigint, p_limit integer)
returns setof events language plpgsql
-- Without sorting and JIT compilation: see withoutSorting() in platform/db/database.ts.
set enable_sort = off set jit = off
as $$
declare
  -- Every lock takes a place in the shared memory of the server, which is limited.
  c_most_sites constant integer := 100;
  v_sites integer := 0;
  v_claimed integer := 0;
  v_added integer;
  v_site bigint := p_from - 1;
  v_last bigint := 9223372036854775807;
begin
  -- A worker that hangs loses its locks.
  perform set_config('idle_in_transaction_session_timeout', '15s', true);
  for v_round in 1..2 loop
    loop
      select e.site_id into v_site
        from events e
       where e.site_id > v_site and e.site_id <= v_last and e.dispatched_at is null
         and e.type = any (p_types) and (e.dispatch_after is null or e.dispatch_after <= p_now)
       order by e.site_id, e.id limit 1;
      exit when not found;
      continue when not pg_try_advisory_xact_lock(hashtext('bestow dispatch'), hashint8(v_site));
      return query
        select e.*
          from events e
         where e.site_id >= v_site and e.site_id <= v_site and e.dispatched_at is null
           and e.type = any (p_types) and (e.dispatch_after is null or e.dispatch_after <= p_now)
         order by e.site_id, e.id limit p_limit - v_claimed;
      get diagnostics v_added = row_count;
      v_claimed := v_claimed + v_added;
      v_sites := v_sites + 1;
      if v_claimed = p_limit or v_sites = c_most_sites then
        return;
      end if;
    end loop;
    v_site := -1;
    v_last := p_from - 1;
  end loop;
end
$$;
