-- Records sales: order, items, purchases, subscriptions, the payment, and the events from which all effects follow. The
-- buyers become customers. A sale whose reference is known is not recorded again; only when its payment was pending, and
-- more is known now, it goes on. All sales have the same outcome as they would have alone.
--
-- p_sales: [{place, site_id, contact_id, options, provider, reference, provider_account_id, is_test, currency, ordered_at,
--   opt_in, extra, source, referrer, cardholder_name, billing_address_zip, subtotal, discount, tax, total, ticket,
--   gives_access, items, payment}], with no contact and no reference twice; options as in offers_change.
--   items: [{offer_id, quantity, subtotal, discount, tax, total, payment_type, amount, coupon_code, subscription}], each
--   column adding up to that of the order. subscription: null or {reference, schedule_reference, status, amount, tax,
--   interval, interval_count, payments_total, trial_ends_at, period_start, period_end, cancel_at}.
--   payment: null while nothing is to be paid, or {state, reference, fee, settlement_amount, settlement_fee,
--   settlement_currency, failure}.
-- Returns for each place the order; or error: subject_not_found, offer_not_found (with unknown_offer_id), email_taken.
-- Fails with serialization_failure (40001) when another transaction records one of the sales at this moment.
create or replace function record_orders(p_sales jsonb, p_now timestamptz)
returns table (place integer, error text, unknown_offer_id bigint, order_id bigint, customer_id bigint, is_new boolean)
language plpgsql
set enable_seqscan = off set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_given jsonb := with_known_orders(p_sales);
  v_changes offers_change[];
  -- What is to be written.
  v_sales jsonb;
  v_items jsonb;
begin
  v_changes := lock_contacts(array(
    select new_change((s ->> 'place')::integer, (s ->> 'site_id')::bigint, (s ->> 'contact_id')::bigint,
                      array(select distinct (i ->> 'offer_id')::bigint from jsonb_array_elements(s -> 'items') i),
                      -- Without access there is nothing to welcome to.
                      case when (s ->> 'gives_access')::boolean then s -> 'options'
                           else s -> 'options' || '{"send_customer_welcome_email": false}' end)
      from jsonb_array_elements(v_given) s where not (s ->> 'is_done')::boolean), true);
  v_changes := ensure_customers(v_changes, p_now);
  perform assert_unknown(v_given);
  v_sales := with_ids(v_given, v_changes);
  v_items := items_of(v_sales);

  perform insert_items(v_items, p_now);
  perform insert_purchases(v_items, p_now);
  perform insert_payments(v_sales, v_items, p_now);
  perform from record_events(
    array(select customer_created_event(c, p_now) from unnest(v_changes) c where c.customer_created)
    || events_of_sales(v_sales, v_items, p_now));
  perform settle_purchases(sold.site_id, sold.purchase_ids, sold.origin, p_now)
     from (select i.site_id, array_agg(i.purchase_id) as purchase_ids, (array_agg(i.options))[1] as origin
             from jsonb_to_recordset(v_items) i (
               site_id bigint, purchase_id bigint, options jsonb, starts_at timestamptz, access_days integer)
            where i.purchase_id is not null
            -- Those whose access may have ended already record that, each with the origin of its own sale.
            group by i.site_id, case when i.starts_at + make_interval(days => i.access_days - 1) <= p_now then i.options end
            order by 1, 3) sold;
  -- Last: orders of a site get their numbers one transaction after the other, and the next waits until this one commits.
  perform insert_orders(v_sales, p_now);

  return query
    select (g ->> 'place')::integer, c.error, c.unknown_offer_id, coalesce(s.order_id, (g ->> 'order_id')::bigint),
           coalesce(s.customer_id, (g ->> 'customer_id')::bigint), not (g ->> 'is_known')::boolean
      from jsonb_array_elements(v_given) g
      left join unnest(v_changes) c on c.place = (g ->> 'place')::integer
      left join jsonb_to_recordset(v_sales) s (place integer, order_id bigint, customer_id bigint)
             on s.place = (g ->> 'place')::integer
     order by 1;
end
$$;

-- The sales with the orders that are there already, locked: {order_id, customer_id, is_known, is_done}. One of them is
-- that of its customer, also when the contact was merged or has another address meanwhile.
create or replace function with_known_orders(p_sales jsonb) returns jsonb language plpgsql as $$
begin
  return (
    select coalesce(jsonb_agg(
             s || jsonb_build_object(
               'order_id', o.id, 'customer_id', o.customer_id, 'is_known', o.id is not null,
               'contact_id', coalesce(o.contact_id, (s ->> 'contact_id')::bigint),
               'is_done', o.id is not null and (o.fulfilled_at is not null or s #>> '{payment,state}' = 'initialized'))
             order by s -> 'place'), '[]')
      from jsonb_array_elements(p_sales) s
      left join lateral (
        select k.id, k.customer_id, k.fulfilled_at,
               (select c.contact_id from customers c where c.id = k.customer_id and c.site_id = k.site_id) as contact_id
          from orders k
         where k.reference = s ->> 'reference' and k.provider = s ->> 'provider' and k.site_id + 0 = (s ->> 'site_id')::bigint
         limit 1 for no key update of k) o on true);
end
$$;

-- Fails when another transaction has recorded one of the sales since it was looked for. The same sale is that of the same
-- buyer, who is locked by now: what the other transaction has written is seen.
create or replace function assert_unknown(p_sales jsonb) returns void language plpgsql as $$
begin
  if exists (
    select from jsonb_array_elements(p_sales) s
     cross join lateral (
       select from orders k
        where k.reference = s ->> 'reference' and k.provider = s ->> 'provider' and k.site_id + 0 = (s ->> 'site_id')::bigint
        limit 1) recorded
     where not (s ->> 'is_known')::boolean)
  then
    perform fail_as_recorded();
  end if;
end
$$;

create or replace function fail_as_recorded() returns void language plpgsql as $$
begin
  raise exception 'a sale was recorded by another transaction meanwhile' using errcode = 'serialization_failure';
end
$$;

-- The sales that are to be written, with the ids of what they consist of.
create or replace function with_ids(p_sales jsonb, p_changes offers_change[]) returns jsonb language plpgsql as $$
declare
  v_sales jsonb;
begin
  select coalesce(jsonb_agg(
           s || jsonb_build_object(
             'contact_id', c.contact_id, 'customer_id', c.customer_id,
             'order_id', coalesce((s ->> 'order_id')::bigint, nextval('orders_id_seq')),
             'transaction_id', coalesce(pending.id, nextval('transactions_id_seq')))
           order by c.place), '[]') into v_sales
    from jsonb_array_elements(p_sales) s join unnest(p_changes) c on c.place = (s ->> 'place')::integer
    left join lateral (
      select t.id from transactions t
       where (s ->> 'is_known')::boolean and t.order_id = (s ->> 'order_id')::bigint and t.site_id + 0 = c.site_id
       limit 1) pending on true
   where c.error is null;
  return v_sales;
end
$$;

-- The items of the sales, each with what it needs to know of its sale.
create or replace function items_of(p_sales jsonb) returns jsonb language plpgsql as $$
begin
  return (
    select coalesce(jsonb_agg(
             (s - array['items', 'payment', 'subtotal', 'discount', 'tax', 'total']) || i.item || jsonb_build_object(
               'title', o.title, 'access_days', o.access_days, 'has_payment', s ->> 'payment' is not null,
               'starts_at', greatest((s ->> 'ordered_at')::timestamptz, o.access_begins_at),
               'id', coalesce(known.ids[i.position], nextval('order_items_id_seq')),
               'purchase_id', case when (s ->> 'gives_access')::boolean then nextval('purchases_id_seq') end)
             order by s -> 'place', i.position), '[]')
      from jsonb_array_elements(p_sales) s
     cross join lateral jsonb_array_elements(s -> 'items') with ordinality i (item, position)
     cross join lateral (
       select f.title, f.access_days, f.access_begins_at from offers f
        where f.id = (i.item ->> 'offer_id')::bigint and f.site_id + 0 = (s ->> 'site_id')::bigint limit 1) o
      left join lateral (
        select array_agg(k.id order by k.id) as ids from order_items k
         where (s ->> 'is_known')::boolean and k.order_id = (s ->> 'order_id')::bigint
           and k.site_id + 0 = (s ->> 'site_id')::bigint) known on true);
end
$$;

create or replace function insert_items(p_items jsonb, p_now timestamptz) returns void language plpgsql as $$
begin
  insert into order_items (site_id, id, order_id, customer_id, offer_id, title, quantity, currency, subtotal, discount, tax,
                           total, fulfilled_at, created_at, updated_at)
  select i.site_id, i.id, i.order_id, i.customer_id, i.offer_id, i.title, i.quantity, i.currency, i.subtotal, i.discount,
         i.tax, i.total, case when i.gives_access then p_now end, p_now, p_now
    from jsonb_to_recordset(p_items) i (
      site_id bigint, id bigint, order_id bigint, customer_id bigint, offer_id bigint, title text, quantity integer,
      currency text, subtotal bigint, discount bigint, tax bigint, total bigint, gives_access boolean, is_known boolean)
   where not i.is_known;

  -- Those that had waited for their payment.
  update order_items set fulfilled_at = p_now, updated_at = p_now
   where id = any (array(
     select (i ->> 'id')::bigint from jsonb_array_elements(p_items) i
      where (i ->> 'is_known')::boolean and (i ->> 'gives_access')::boolean));
end
$$;

-- New orders, with their numbers, and those that had waited for their payment.
create or replace function insert_orders(p_sales jsonb, p_now timestamptz) returns void language plpgsql as $$
declare
  v_wanted integer := (select count(*) from jsonb_array_elements(p_sales) s where not (s ->> 'is_known')::boolean);
  v_inserted integer;
begin
  with sold as materialized (
    select s.* from jsonb_to_recordset(p_sales) s (
      place integer, site_id bigint, order_id bigint, customer_id bigint, provider text, reference text,
      provider_account_id bigint, is_test boolean, currency text, subtotal bigint, discount bigint, tax bigint, total bigint,
      ordered_at timestamptz, gives_access boolean, ticket bigint, is_known boolean)
     where not s.is_known
  ), taken as (
    insert into order_numbers (site_id, last)
    select s.site_id, count(*) from sold s group by s.site_id order by s.site_id
    on conflict (site_id) do update set last = order_numbers.last + excluded.last
    returning site_id, last
  )
  insert into orders (site_id, id, number, customer_id, provider, reference, provider_account_id, is_test, currency, subtotal,
                      discount, tax, total, ordered_at, fulfilled_at, ticket, created_at, updated_at)
  select s.site_id, s.order_id, t.last - row_number() over (partition by s.site_id order by s.place desc) + 1, s.customer_id,
         s.provider, s.reference, s.provider_account_id, s.is_test, s.currency, s.subtotal, s.discount, s.tax, s.total,
         s.ordered_at, case when s.gives_access then p_now end, coalesce(s.ticket, 0), p_now, p_now
    from sold s join taken t using (site_id)
   order by s.place
  on conflict (reference, provider, site_id) where reference is not null do nothing;
  get diagnostics v_inserted = row_count;
  if v_inserted <> v_wanted then
    perform fail_as_recorded();
  end if;

  update orders set fulfilled_at = p_now, updated_at = p_now
   where id = any (array(
     select (s ->> 'order_id')::bigint from jsonb_array_elements(p_sales) s
      where (s ->> 'is_known')::boolean and (s ->> 'gives_access')::boolean));
end
$$;

-- The purchases of items that give access, with the end of their access period, and their subscriptions.
create or replace function insert_purchases(p_items jsonb, p_now timestamptz) returns void language plpgsql as $$
begin
  insert into purchases (site_id, id, order_id, order_item_id, customer_id, offer_id, payment_type, amount, currency, quantity,
                         coupon_code, opt_in, extra, source, referrer, cardholder_name, billing_address_zip, is_test,
                         effective_start_at, created_at, updated_at)
  select i.site_id, i.purchase_id, i.order_id, i.id, i.customer_id, i.offer_id, i.payment_type, i.amount, i.currency,
         i.quantity, i.coupon_code, i.opt_in, i.extra, i.source, i.referrer, i.cardholder_name, i.billing_address_zip,
         i.is_test, i.starts_at, p_now, p_now
    from jsonb_to_recordset(p_items) i (
      site_id bigint, purchase_id bigint, order_id bigint, id bigint, customer_id bigint, offer_id bigint, payment_type text,
      amount bigint, currency text, quantity integer, coupon_code text, opt_in boolean, extra jsonb, source text,
      referrer text, cardholder_name text, billing_address_zip text, is_test boolean, starts_at timestamptz)
   where i.purchase_id is not null;

  insert into purchase_blocks (site_id, purchase_id, cause, since, actor, created_at)
  select i.site_id, i.purchase_id, 'expired', days_later(i.starts_at, i.access_days, site_zone(i.site_id)), 'system', p_now
    from jsonb_to_recordset(p_items) i (site_id bigint, purchase_id bigint, starts_at timestamptz, access_days integer)
   where i.purchase_id is not null and i.access_days is not null;

  with sold as materialized (
    select i.site_id, i.purchase_id, i.customer_id, i.provider, i.provider_account_id, i.is_test, i.currency, i.ordered_at, s.*
      from jsonb_to_recordset(p_items) i (
        site_id bigint, purchase_id bigint, customer_id bigint, provider text, provider_account_id bigint, is_test boolean,
        currency text, ordered_at timestamptz, subscription jsonb)
     cross join lateral jsonb_to_record(i.subscription) s (
        reference text, schedule_reference text, status text, amount bigint, tax bigint, "interval" text,
        interval_count integer, payments_total integer, trial_ends_at timestamptz, period_start timestamptz,
        period_end timestamptz, cancel_at timestamptz)
     where i.purchase_id is not null and i.subscription is not null and i.subscription <> 'null'
  ), inserted as (
    insert into subscriptions (site_id, purchase_id, customer_id, provider, reference, provider_account_id,
                               schedule_reference, is_test, status, status_since, currency, amount, tax, interval,
                               interval_count, payments_total, started_at, trial_ends_at, period_start, period_end, cancel_at,
                               created_at, updated_at)
    select s.site_id, s.purchase_id, s.customer_id, s.provider, s.reference, s.provider_account_id, s.schedule_reference,
           s.is_test, s.status, s.ordered_at, s.currency, s.amount, s.tax, s.interval, s.interval_count, s.payments_total,
           s.ordered_at, s.trial_ends_at, s.period_start, s.period_end, s.cancel_at, p_now, p_now
      from sold s
    returning *
  )
  insert into subscription_states (site_id, subscription_id, since, status, amount, tax, interval, interval_count)
  select s.site_id, s.id, s.status_since, s.status, s.amount, s.tax, s.interval, s.interval_count from inserted s;
end
$$;

-- The payments of the sales, and what each purchase has of them.
create or replace function insert_payments(p_sales jsonb, p_items jsonb, p_now timestamptz) returns void language plpgsql as $$
begin
  insert into transactions (site_id, id, customer_id, order_id, subscription_id, offer_id, action, state, payment_type,
                            provider, reference, provider_account_id, is_test, amount, tax, currency, fee, settlement_amount,
                            settlement_fee, settlement_currency, period_start, period_end, failure, occurred_at, ticket,
                            created_at, updated_at)
  select s.site_id, s.transaction_id, s.customer_id, s.order_id, paid.subscription_id, paid.offer_id,
         case when s.total = 0 then 'free_purchase' when paid.is_recurring then 'subscribe' else 'charge' end,
         p.state, case when s.total > 0 then paid.payment_type end, s.provider, p.reference, s.provider_account_id,
         s.is_test, s.total, s.tax, s.currency, p.fee, p.settlement_amount, p.settlement_fee, p.settlement_currency,
         paid.period_start, paid.period_end, p.failure, s.ordered_at, coalesce(s.ticket, 0), p_now, p_now
    from jsonb_to_recordset(p_sales) s (
      place integer, site_id bigint, transaction_id bigint, customer_id bigint, order_id bigint, provider text,
      provider_account_id bigint, is_test boolean, total bigint, tax bigint, currency text, ordered_at timestamptz,
      ticket bigint, payment jsonb)
   cross join lateral jsonb_to_record(s.payment) p (
      state text, reference text, fee bigint, settlement_amount bigint, settlement_fee bigint, settlement_currency text,
      failure text)
    -- All items are grouped once, instead of being searched for each sale.
    join (
      select i.place, case when count(*) = 1 then min(i.offer_id) end as offer_id,
             case when count(*) = 1 then min(sub.id) end as subscription_id,
             bool_or(i.payment_type in ('subscription', 'multipay')) as is_recurring,
             case when bool_or(i.payment_type = 'subscription') then 'subscription'
                  when bool_or(i.payment_type = 'multipay') then 'multipay' else 'charge' end as payment_type,
             min((i.subscription ->> 'period_start')::timestamptz) as period_start,
             min((i.subscription ->> 'period_end')::timestamptz) as period_end
        from jsonb_to_recordset(p_items) i (
          place integer, site_id bigint, offer_id bigint, purchase_id bigint, payment_type text, subscription jsonb)
        left join lateral (
          select b.id from subscriptions b
           where i.subscription <> 'null' and b.purchase_id = i.purchase_id and b.site_id + 0 = i.site_id limit 1) sub on true
       group by i.place) paid using (place)
   where s.payment is not null and s.payment <> 'null'
   order by s.place
  on conflict (id, site_id) do update
     set state = excluded.state, reference = excluded.reference, fee = excluded.fee, subscription_id = excluded.subscription_id,
         settlement_amount = excluded.settlement_amount, settlement_fee = excluded.settlement_fee,
         settlement_currency = excluded.settlement_currency, period_start = excluded.period_start,
         period_end = excluded.period_end, failure = excluded.failure, occurred_at = excluded.occurred_at,
         ticket = excluded.ticket, updated_at = excluded.updated_at;

  insert into transaction_purchases (site_id, transaction_id, purchase_id, amount, tax)
  select i.site_id, i.transaction_id, i.purchase_id, i.total, i.tax
    from jsonb_to_recordset(p_items) i (
      site_id bigint, transaction_id bigint, purchase_id bigint, total bigint, tax bigint, has_payment boolean)
   where i.purchase_id is not null and i.has_payment;
end
$$;

-- In the order of the sales: that of an order, of what was bought, and of the payment. A free purchase is none.
create or replace function events_of_sales(p_sales jsonb, p_items jsonb, p_now timestamptz)
returns new_event[] language plpgsql as $$
begin
  return array(
    with items as materialized (
      -- In the order in which they were sold, which is that of their ids.
      select i.place, array_agg(i.id::text order by i.id) as item_ids,
             array_agg(i.offer_id::text order by i.id) as offer_ids,
             case when count(*) = 1 then min(i.offer_id) end as offer_id,
             coalesce(array_agg(i.purchase_id::text order by i.id) filter (where i.purchase_id is not null), '{}')
               as purchase_ids
        from jsonb_to_recordset(p_items) i (place integer, id bigint, offer_id bigint, purchase_id bigint)
       group by i.place
    ), sales as materialized (
      select s.*, i.item_ids, i.offer_ids, i.offer_id, i.purchase_ids, s.payment ->> 'state' as state,
             case when s.payment <> 'null' then s.transaction_id::text end as paid_by
        from jsonb_to_recordset(p_sales) s (
          place integer, site_id bigint, contact_id bigint, customer_id bigint, order_id bigint, transaction_id bigint,
          total bigint, is_known boolean, gives_access boolean, payment jsonb, options jsonb)
        join items i using (place)
    )
    select e.event
      from (
        select s.place, 1 as rank, 0::bigint as id,
               row(s.site_id, 'order_created', p_now, s.options, s.contact_id, s.customer_id, s.offer_id, null,
                   jsonb_build_object('order_id', s.order_id::text, 'transaction_id', s.paid_by,
                                      'order_item_ids', s.item_ids))::new_event as event
          from sales s where not s.is_known
         union all
        select i.place, 2, i.purchase_id,
               row(s.site_id, 'offer_purchased', p_now, s.options, s.contact_id, s.customer_id, i.offer_id, null,
                   jsonb_build_object('purchase_id', i.purchase_id::text, 'order_id', s.order_id::text,
                                      'transaction_id', s.paid_by))::new_event
          from jsonb_to_recordset(p_items) i (place integer, purchase_id bigint, offer_id bigint) join sales s using (place)
         where i.purchase_id is not null
         union all
        select s.place, 3, 0,
               row(s.site_id, case s.state when 'failed' then 'payment_failed' else 'payment_succeeded' end, p_now, s.options,
                   s.contact_id, s.customer_id, s.offer_id, null,
                   jsonb_build_object('transaction_id', s.transaction_id::text, 'order_id', s.order_id::text,
                                      'purchase_ids', s.purchase_ids))::new_event
          from sales s where s.total > 0 and s.state in ('succeeded', 'failed')
         union all
        -- The customer was created when the order was, and could not be welcomed yet.
        select s.place, 0, 0,
               row(s.site_id, 'welcome_email_requested', p_now, s.options, s.contact_id, s.customer_id, null, null,
                   jsonb_build_object('offer_ids', s.offer_ids))::new_event
          from sales s
         where s.is_known and s.gives_access
           and exists (select from customers c join orders o on o.id = s.order_id and o.site_id = s.site_id
                        where c.id = s.customer_id and c.site_id = s.site_id and c.created_at = o.created_at)) e
     order by e.place, e.rank, e.id);
end
$$;
