-- Lists of orders, order items and purchases stay quick when a site has a million: see docs/decisions/0009-quick-lists.md.

-- In the order in which sales are written, so that nobody who records one is waited for while waiting for this.
lock table orders, order_items, purchases in share row exclusive mode;

-- How many of them each site has, kept as contact_counts are.
create table sale_counts (
  site_id bigint not null,
  -- The table whose rows are counted.
  counted text not null,
  change bigint not null
);
create index sale_counts_site on sale_counts (site_id, counted);

create function count_sales() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into sale_counts (site_id, counted, change)
    select site_id, tg_table_name, count(*) from inserted group by site_id;
  elsif tg_op = 'TRUNCATE' then
    delete from sale_counts where counted = tg_table_name;
  else
    insert into sale_counts (site_id, counted, change) values (old.site_id, tg_table_name, -1);
    if tg_op = 'UPDATE' then
      insert into sale_counts (site_id, counted, change) values (new.site_id, tg_table_name, 1);
    end if;
  end if;
  return null;
end
$$;

create trigger orders_inserted after insert on orders referencing new table as inserted
  for each statement execute function count_sales();
create trigger orders_moved after update of site_id on orders
  for each row when (old.site_id <> new.site_id) execute function count_sales();
create trigger orders_deleted after delete on orders for each row execute function count_sales();
create trigger orders_truncated after truncate on orders for each statement execute function count_sales();

create trigger order_items_inserted after insert on order_items referencing new table as inserted
  for each statement execute function count_sales();
create trigger order_items_moved after update of site_id on order_items
  for each row when (old.site_id <> new.site_id) execute function count_sales();
create trigger order_items_deleted after delete on order_items for each row execute function count_sales();
create trigger order_items_truncated after truncate on order_items for each statement execute function count_sales();

create trigger purchases_inserted after insert on purchases referencing new table as inserted
  for each statement execute function count_sales();
create trigger purchases_moved after update of site_id on purchases
  for each row when (old.site_id <> new.site_id) execute function count_sales();
create trigger purchases_deleted after delete on purchases for each row execute function count_sales();
create trigger purchases_truncated after truncate on purchases for each statement execute function count_sales();

create function fold_sale_counts() returns trigger language plpgsql
set enable_seqscan = off
as $$
begin
  with folded as (
    delete from sale_counts
     where ctid = any (array(
       select ctid from sale_counts where site_id = new.site_id and counted = new.counted for update skip locked))
    returning change
  )
  insert into sale_counts (site_id, counted, change) select new.site_id, new.counted, sum(change) from folded;
  return null;
end
$$;

create trigger sale_counts_fold after insert on sale_counts
  for each row when (random() < 0.005) execute function fold_sale_counts();

insert into sale_counts (site_id, counted, change)
select site_id, 'orders', count(*) from orders group by site_id
 union all
select site_id, 'order_items', count(*) from order_items group by site_id
 union all
select site_id, 'purchases', count(*) from purchases group by site_id;
