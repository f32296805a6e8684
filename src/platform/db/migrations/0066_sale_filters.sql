-- Filters and sorts of lists of sales read what they show, also of a million: see docs/decisions/0009-quick-lists.md.

-- What waits for its payment, which is little.
create index orders_pending on orders (site_id, created_at, id) where fulfilled_at is null;
create index order_items_pending on order_items (site_id, created_at, id) where fulfilled_at is null;

create index orders_total on orders (site_id, total, id);

-- The orders of an offer are counted from the index alone.
create index order_items_of_offer on order_items (offer_id, site_id, order_id);
drop index order_items_offer;

-- Purchases that have ended, or will.
create index purchases_ending on purchases (site_id, deactivated_at) where deactivated_at is not null;
create index purchases_of_type on purchases (site_id, payment_type, created_at, id) where payment_type <> 'single';
create index subscriptions_status on subscriptions (site_id, status);

create index transactions_of_customer on transactions (customer_id, site_id, is_completed);
drop index transactions_customer;
create index transactions_of_offer on transactions (site_id, offer_id, occurred_at, id) where is_completed;
create index transactions_action on transactions (site_id, action, occurred_at, id);
create index transactions_succeeded on transactions (site_id, occurred_at, id) where state = 'succeeded';
-- Nothing read it: lists are in the order in which money moved.
drop index transactions_list;

-- Of what was paid for once: how its payments stand. Written by settle_purchases() alone; a subscription has its own status.
alter table purchases add column payment_status text not null default 'paid'
  check (payment_status in ('paid', 'refunded', 'disputed'));
update purchases p set payment_status = 'refunded'
 where p.id in (
   select back.purchase_id
     from (select distinct tp.site_id, tp.purchase_id
             from transactions t join transaction_purchases tp on tp.transaction_id = t.id and tp.site_id = t.site_id
            where t.action = 'refund' and t.state = 'succeeded') back
     join transaction_purchases tp on tp.purchase_id = back.purchase_id and tp.site_id = back.site_id
     join transactions t on t.id = tp.transaction_id and t.site_id = tp.site_id
    where t.state = 'succeeded' and t.action in ('charge', 'subscribe', 'subscription_charge', 'refund')
    group by back.purchase_id having sum(tp.amount) <= 0);
update purchases p set payment_status = 'disputed'
  from disputes d join transaction_purchases tp on tp.transaction_id = d.transaction_id and tp.site_id = d.site_id
 where p.id = tp.purchase_id and p.site_id = tp.site_id
   and (d.lost_at is not null or d.status in ('needs_response', 'under_review'));
create index purchases_not_paid on purchases (site_id, payment_status, created_at, id) where payment_status <> 'paid';
-- Without statistics of the new column, the planner takes what is paid for little, and sorts all of it.
analyze purchases (payment_status);
