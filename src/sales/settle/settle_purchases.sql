-- The only place that writes when and why purchases end, how their payments stand, and what customers have paid: all of it
-- follows from facts that other functions record. Call it after every change of a payment, refund, dispute, subscription or
-- block of a purchase, in the same transaction. Calling it again changes nothing.
--
-- Of two transactions that record facts about one purchase at once, the one that settles last sees the facts of both:
-- the lock comes first, and each later statement sees what was committed before it.
--
-- p_origin: as in new_event.
create or replace function settle_purchases(
  p_site_id bigint, p_purchase_ids bigint[], p_origin jsonb, p_now timestamptz
) returns void language plpgsql
set enable_seqscan = off set plan_cache_mode = force_generic_plan
as $$
begin
  perform from purchases where id = any (p_purchase_ids) and site_id = p_site_id order by id for no key update;
  perform advance_subscriptions(p_site_id, p_purchase_ids, p_origin, p_now);
  perform derive_blocks(p_site_id, p_purchase_ids, p_now);
  perform apply_blocks(p_site_id, p_purchase_ids, p_origin, p_now);
  perform set_payment_statuses(p_site_id, p_purchase_ids);
  perform set_net_revenue(p_site_id, p_purchase_ids, p_now);
end
$$;

-- What time does to subscriptions that no connected provider reports on: one whose planned end has come is canceled, and one
-- whose trial is over and was not paid for is past due since then. A payment that is recorded makes it active.
create or replace function advance_subscriptions(
  p_site_id bigint, p_purchase_ids bigint[], p_origin jsonb, p_now timestamptz
) returns void language plpgsql as $$
declare
  v_canceled bigint[];
begin
  with due as materialized (
    select s.id, coalesce(s.cancel_at <= p_now, false) as is_canceled,
           case when s.cancel_at <= p_now then s.cancel_at else s.trial_ends_at end as since
      from unnest(p_purchase_ids) wanted (id)
     cross join lateral (
       select * from subscriptions u where u.purchase_id = wanted.id and u.site_id = p_site_id limit 1) s
     where s.provider_account_id is null and s.ended_at is null
       and (s.cancel_at <= p_now or (s.status = 'trialing' and s.trial_ends_at <= p_now))
  ), changed as (
    update subscriptions s
       set status = case when d.is_canceled then 'canceled' else 'past_due' end, status_since = d.since,
           ended_at = case when d.is_canceled then d.since end,
           past_due_since = case when not d.is_canceled then d.since end, updated_at = p_now
      from due d
     where s.id = any (array(select id from due)) and s.id = d.id and s.site_id = p_site_id
    returning s.*
  ), kept as (
    insert into subscription_states as known (site_id, subscription_id, since, status, amount, tax, interval, interval_count,
                                              past_due_since)
    select c.site_id, c.id, greatest(c.status_since, last.since), c.status, c.amount, c.tax, c.interval, c.interval_count,
           c.past_due_since
      from changed c
      left join lateral (
        select max(l.since) as since from subscription_states l
         where l.subscription_id = c.id and l.site_id = c.site_id) last on true
    on conflict (subscription_id, since, site_id)
      do update set status = excluded.status, past_due_since = excluded.past_due_since
  )
  select array_agg(c.id order by c.id) into v_canceled from changed c where c.status = 'canceled';
  if v_canceled is null then return; end if;
  perform from record_events(array(
    select row(p_site_id, 'subscription_canceled', p_now, p_origin, c.contact_id, p.customer_id, p.offer_id, null,
               jsonb_build_object('purchase_id', p.id::text, 'subscription_id', s.id::text))::new_event
      from subscriptions s
      join purchases p on p.id = s.purchase_id and p.site_id = s.site_id
      join customers c on c.id = p.customer_id and c.site_id = p.site_id
     where s.id = any (v_canceled) and s.site_id = p_site_id
     order by s.id));
end
$$;

-- Makes the blocks that follow from payments, disputes and subscriptions those of now. A block that is waived stays
-- waived as long as its fact is there.
create or replace function derive_blocks(p_site_id bigint, p_purchase_ids bigint[], p_now timestamptz)
returns void language plpgsql as $$
begin
  with facts as materialized (
    select p.id as purchase_id, f.*
      from unnest(p_purchase_ids) p (id)
     cross join lateral facts_against(p_site_id, p.id) f
     -- The grace period is not over.
     where f.cause <> 'failed_payment' or f.since <= p_now
  ), gone as (
    delete from purchase_blocks b
     where b.purchase_id = any (p_purchase_ids) and b.site_id = p_site_id
       and b.cause in ('refund', 'dispute', 'failed_payment', 'canceled')
       and not exists (
         select from facts f
          where f.purchase_id = b.purchase_id and f.cause = b.cause and f.reference = b.reference)
  )
  insert into purchase_blocks (site_id, purchase_id, cause, reference, since, actor, created_at)
  select p_site_id, f.purchase_id, f.cause, f.reference, f.since, 'system', p_now from facts f
  on conflict (purchase_id, cause, reference, site_id)
    do update set since = excluded.since where purchase_blocks.since <> excluded.since;
end
$$;

-- Writes when and why the purchases end: because of the first block that is not waived. Records whose access has ended,
-- and whose has come back.
create or replace function apply_blocks(p_site_id bigint, p_purchase_ids bigint[], p_origin jsonb, p_now timestamptz)
returns void language plpgsql as $$
declare
  v_turned bigint[];
begin
  with states as materialized (
    select p.id, p.closed_at as was_closed_at, block.since, block.cause,
           block.since <= p_now as is_closed, failing.since as fails_at, going.changes_at
      from unnest(p_purchase_ids) wanted (id)
     cross join lateral (
       select id, closed_at from purchases where id = wanted.id and site_id = p_site_id limit 1) p
      left join lateral (
        select b.since, b.cause from purchase_blocks b
         where b.purchase_id = p.id and b.site_id = p_site_id and b.waived_at is null
         order by b.since, b.cause limit 1) block on true
      left join lateral (
        select min(f.since) as since from facts_against(p_site_id, p.id) f
         where f.cause = 'failed_payment' and f.since > p_now) failing on true
      -- What advance_subscriptions() waits for, also when the purchase gives no access.
      left join lateral (
        select least(u.cancel_at, case u.status when 'trialing' then u.trial_ends_at end) as changes_at
          from subscriptions u
         where u.purchase_id = p.id and u.site_id = p_site_id and u.provider_account_id is null and u.ended_at is null
         limit 1) going on true
  ), changed as (
    update purchases p
       set deactivated_at = s.since, deactivation_reason = s.cause,
           closed_at = case when s.is_closed then coalesce(p.closed_at, p_now) end,
           settle_at = least(case when s.is_closed is not true then least(s.since, s.fails_at) end, s.changes_at),
           updated_at = case when (p.deactivated_at, p.deactivation_reason) is distinct from (s.since, s.cause)
                             then p_now else p.updated_at end
      from states s
     where p.id = any (p_purchase_ids) and p.id = s.id and p.site_id = p_site_id
       and (p.deactivated_at, p.deactivation_reason, p.closed_at is not null, p.settle_at)
           is distinct from
           (s.since, s.cause, s.is_closed is true,
            least(case when s.is_closed is not true then least(s.since, s.fails_at) end, s.changes_at))
    returning p.id, s.was_closed_at is null <> (p.closed_at is null) as has_turned
  )
  select array_agg(c.id order by c.id) into v_turned from changed c where c.has_turned;
  if v_turned is null then return; end if;
  perform from record_events(array(
    select row(p_site_id, case when p.closed_at is null then 'purchase_reactivated' else 'purchase_deactivated' end, p_now,
               p_origin, c.contact_id, p.customer_id, p.offer_id, null,
               jsonb_build_object('purchase_id', p.id::text, 'reason', p.deactivation_reason, 'still_held', exists (
                 select from holdings h
                  where h.site_id = p_site_id and h.customer_id = p.customer_id and h.offer_id = p.offer_id
                    and h.purchase_id is distinct from p.id and (h.expires_at is null or h.expires_at > p_now))))::new_event
      from unnest(v_turned) with ordinality turned (id, position)
      join purchases p on p.id = turned.id and p.site_id = p_site_id
      join customers c on c.id = p.customer_id and c.site_id = p_site_id
     order by turned.position));
end
$$;

-- How the payments of the purchases stand, by which lists are filtered: disputed, while a dispute is open or lost; refunded,
-- when something was paid back and nothing of the price is left.
create or replace function set_payment_statuses(p_site_id bigint, p_purchase_ids bigint[]) returns void language plpgsql as $$
begin
  update purchases p set payment_status = paid.status
    from (
      select wanted.id,
             case when moved.is_disputed then 'disputed' when moved.is_refunded and moved.amount <= 0 then 'refunded'
                  else 'paid' end as status
        from unnest(p_purchase_ids) wanted (id)
       cross join lateral (
         select bool_or(t.action = 'refund') filter (where t.counts) as is_refunded,
                sum(tp.amount) filter (where t.counts) as amount,
                bool_or(exists (
                  select from disputes d
                   where d.transaction_id = tp.transaction_id and d.site_id + 0 = p_site_id
                     and (d.lost_at is not null or d.status in ('needs_response', 'under_review')))) as is_disputed
           from transaction_purchases tp
          cross join lateral (
            select m.action, m.state = 'succeeded'
                   and m.action in ('charge', 'subscribe', 'subscription_charge', 'refund') as counts
              from transactions m where m.id = tp.transaction_id and m.site_id + 0 = p_site_id limit 1) t
          where tp.purchase_id = wanted.id and tp.site_id + 0 = p_site_id) moved) paid
   where p.id = any (p_purchase_ids) and p.id = paid.id and p.site_id = p_site_id and p.payment_status <> paid.status;
end
$$;

-- What the customers of the purchases have paid, less refunds and disputes, with tax and before fees, in the currency of
-- the site. Payments in another currency count by what was settled in that of the site, or else not.
create or replace function set_net_revenue(p_site_id bigint, p_purchase_ids bigint[], p_now timestamptz)
returns void language plpgsql as $$
declare
  v_customer_ids bigint[] := array(
    select distinct customer_id from purchases where id = any (p_purchase_ids) and site_id = p_site_id);
  v_currency text := (select currency from sites where id = p_site_id);
begin
  update customers c set net_revenue = paid.amount, updated_at = p_now
    from (
      select buyer.id, round(coalesce(moved.amount, 0), 3) as amount
        from unnest(v_customer_ids) buyer (id)
       cross join lateral (
         select sum(case when not t.is_completed then 0
                         when t.currency = v_currency then in_units(t.amount, t.currency)
                         when t.settlement_currency = v_currency then in_units(t.settlement_amount, v_currency) end) as amount
           from transactions t
          where t.customer_id = buyer.id and t.site_id + 0 = p_site_id) moved) paid
   where c.id = any (v_customer_ids) and c.id = paid.id and c.site_id = p_site_id and c.net_revenue <> paid.amount;
end
$$;

-- Blocks the live purchases of these offers: access ends, billing goes on. Returns the ids of the offers that were held by
-- them.
create or replace function deactivate_purchases(
  p_site_id bigint, p_customer_id bigint, p_offer_ids bigint[], p_cause text, p_origin jsonb, p_now timestamptz
) returns bigint[] language plpgsql
set enable_seqscan = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_purchase_ids bigint[];
  v_offer_ids bigint[];
begin
  select array_agg(p.id order by p.id), array_agg(distinct p.offer_id) into v_purchase_ids, v_offer_ids
    from purchases p
   where p.site_id + 0 = p_site_id and p.customer_id = p_customer_id and p.closed_at is null
     and (p.deactivated_at is null or p.deactivated_at > p_now)
     and p.offer_id = any (p_offer_ids);
  if v_purchase_ids is null then return '{}'; end if;
  perform block_purchases(p_site_id, v_purchase_ids, p_cause, p_now, p_origin, p_now);
  return v_offer_ids;
end
$$;

-- Blocks purchases from a time on, which may lie ahead, and settles them. What was waived blocks again.
create or replace function block_purchases(
  p_site_id bigint, p_purchase_ids bigint[], p_cause text, p_since timestamptz, p_origin jsonb, p_now timestamptz
) returns void language plpgsql as $$
begin
  insert into purchase_blocks (site_id, purchase_id, cause, since, actor, created_at)
  select p_site_id, id, p_cause, p_since, p_origin ->> 'actor', p_now from unnest(p_purchase_ids) id order by id
  on conflict (purchase_id, cause, reference, site_id)
    do update set since = excluded.since, actor = excluded.actor, created_at = excluded.created_at,
                  waived_at = null, waived_by = null;
  perform settle_purchases(p_site_id, p_purchase_ids, p_origin, p_now);
end
$$;

-- Waives what blocks a purchase now, and an end that was set by hand for later; then settles it. What else would block it
-- later stays.
create or replace function waive_blocks(p_site_id bigint, p_purchase_id bigint, p_origin jsonb, p_now timestamptz)
returns void language plpgsql as $$
begin
  -- So that it is all that blocks it now: what has come to a purchase that gave no access was not looked at.
  perform derive_blocks(p_site_id, array[p_purchase_id], p_now);
  update purchase_blocks set waived_at = p_now, waived_by = p_origin ->> 'actor'
   where purchase_id = p_purchase_id and site_id = p_site_id and waived_at is null
     and (since <= p_now or cause = 'deactivated');
  perform settle_purchases(p_site_id, array[p_purchase_id], p_origin, p_now);
end
$$;

-- Waives what blocks a purchase now; where nothing does, an end that was set by hand for later. Then settles it.
create or replace function waive_blocks_of_now(p_site_id bigint, p_purchase_id bigint, p_origin jsonb, p_now timestamptz)
returns void language plpgsql as $$
begin
  perform derive_blocks(p_site_id, array[p_purchase_id], p_now);
  update purchase_blocks set waived_at = p_now, waived_by = p_origin ->> 'actor'
   where purchase_id = p_purchase_id and site_id = p_site_id and waived_at is null and since <= p_now;
  if found then
    perform settle_purchases(p_site_id, array[p_purchase_id], p_origin, p_now);
  else
    perform waive_blocks(p_site_id, p_purchase_id, p_origin, p_now);
  end if;
end
$$;
