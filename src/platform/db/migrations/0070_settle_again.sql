-- What settle_purchases() derives since this version is derived of earlier sales, too, by the background task `settle`: the
-- end of trials that nothing was paid for, planned ends of subscriptions that were recorded, and the end of access to what
-- cost nothing in an order whose payment was refunded.
update purchases p set settle_at = least(p.settle_at, s.due_at)
  from (select site_id, purchase_id, least(cancel_at, case status when 'trialing' then trial_ends_at end) as due_at
          from subscriptions
         where provider_account_id is null and ended_at is null and (cancel_at is not null or status = 'trialing')) s
 where p.id = s.purchase_id and p.site_id = s.site_id and s.due_at is not null;
update purchases p set settle_at = now()
  from (select distinct tp.site_id, tp.purchase_id
          from transactions r
          join transaction_purchases tp on tp.transaction_id = r.parent_id and tp.site_id = r.site_id
         where r.action = 'refund' and r.state = 'succeeded' and tp.amount = 0) came_with
 where p.id = came_with.purchase_id and p.site_id = came_with.site_id and p.closed_at is null;
