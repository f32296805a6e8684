-- Rows are found in lateral subqueries, as in grant_offers.sql: a join that is planned while the tables are empty may begin
-- with all transactions.

-- The refund with which a purchase is paid back: all of its payments, or of a subscription the one for the period that
-- runs. What cost nothing is paid back with the whole payment that it came with. None where the site lets refunds leave
-- access.
create or replace function full_refund(p_site_id bigint, p_purchase_id bigint)
returns table (id bigint, occurred_at timestamptz) language sql stable as $$
  with moved as materialized (
    select t.id, t.action, t.parent_id, tp.amount, t.amount as whole, t.occurred_at,
           coalesce(t.period_start, t.occurred_at) as pays_from
      from transaction_purchases tp
     cross join lateral (
       select * from transactions m where m.id = tp.transaction_id and m.site_id + 0 = p_site_id limit 1) t
     where tp.purchase_id = p_purchase_id and tp.site_id + 0 = p_site_id and t.state = 'succeeded'
       and t.action in ('charge', 'subscribe', 'subscription_charge', 'refund')
  ), charges as materialized (
    select m.id, m.amount from moved m
     where m.action <> 'refund' and m.amount > 0
     order by m.pays_from desc, m.id desc
     limit (select case p.payment_type when 'subscription' then 1 end
              from purchases p where p.id = p_purchase_id and p.site_id = p_site_id)
  ), came_with as materialized (
    select m.id, m.whole from moved m
     where m.action <> 'refund' and m.whole > 0 and not exists (select from charges)
  ), refunds as materialized (
    select m.id, m.amount, m.occurred_at from moved m join charges c on c.id = m.parent_id where m.action = 'refund'
     union all
    select r.id, r.amount, r.occurred_at
      from came_with c
     cross join lateral (
       select * from transactions m where m.parent_id = c.id and m.site_id + 0 = p_site_id offset 0) r
     where r.action = 'refund' and r.state = 'succeeded'
  )
  select r.id, r.occurred_at from refunds r
   where (select coalesce(sum(c.amount), 0) from charges c) + (select coalesce(sum(w.whole), 0) from came_with w)
         + (select sum(o.amount) from refunds o) <= 0
     and (select s.refund_ends_access from sites s where s.id = p_site_id)
   order by r.occurred_at desc, r.id desc
   limit 1
$$;

-- The facts against a purchase, with the time from which each ends access: also those ahead.
create or replace function facts_against(p_site_id bigint, p_purchase_id bigint)
returns table (cause text, reference text, since timestamptz) language sql stable as $$
  select 'refund', r.id::text, r.occurred_at from full_refund(p_site_id, p_purchase_id) r
   union all
  select distinct 'dispute', d.id::text, d.lost_at
    from transaction_purchases tp
   cross join lateral (
     select * from disputes o where o.transaction_id = tp.transaction_id and o.site_id + 0 = p_site_id offset 0) d
   where tp.purchase_id = p_purchase_id and tp.site_id + 0 = p_site_id and d.lost_at is not null
   union all
  select 'canceled', s.id::text, coalesce(s.ended_at, s.cancel_at)
    from subscriptions s
   where s.purchase_id = p_purchase_id and s.site_id = p_site_id and s.status <> 'completed'
     and coalesce(s.ended_at, s.cancel_at) is not null
   union all
  select 'failed_payment', iso_time(coalesce(s.past_due_since, s.status_since)),
         case when s.status in ('unpaid', 'paused') then least(s.status_since, s.past_due_since + grace)
              else s.past_due_since + grace end
    from subscriptions s
   cross join lateral (select make_interval(days => payment_grace_days) as grace from sites where id = p_site_id) site
   where s.purchase_id = p_purchase_id and s.site_id = p_site_id and s.ended_at is null
     and (s.past_due_since is not null or s.status in ('unpaid', 'paused'))
$$;
