-- Lists of contacts stay quick when a site has a million: see docs/decisions/0009-quick-lists.md.

-- All at once: who has read contacts and waits to write them could otherwise be waited for, and wait for this.
lock table contacts in access exclusive mode;

-- How many contacts each site has, as the sum of what was added and taken away. A statement adds a row and never
-- changes one, so that nobody waits for anybody else to have counted.
create table contact_counts (
  site_id bigint not null,
  change bigint not null
);
create index contact_counts_site on contact_counts (site_id);

create function count_contacts() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into contact_counts (site_id, change)
    select site_id, count(*) from inserted where deleted_at is null group by site_id;
  elsif tg_op = 'TRUNCATE' then
    delete from contact_counts;
  else
    if old.deleted_at is null then
      insert into contact_counts (site_id, change) values (old.site_id, -1);
    end if;
    if tg_op = 'UPDATE' and new.deleted_at is null then
      insert into contact_counts (site_id, change) values (new.site_id, 1);
    end if;
  end if;
  return null;
end
$$;

-- Inserts by the statement: one that adds a million contacts adds one row here.
create trigger contacts_inserted after insert on contacts referencing new table as inserted
  for each statement execute function count_contacts();
-- By the row, since only then can the condition spare every other update.
create trigger contacts_updated after update of deleted_at, site_id on contacts
  for each row when ((old.deleted_at is null) <> (new.deleted_at is null) or old.site_id <> new.site_id)
  execute function count_contacts();
create trigger contacts_deleted after delete on contacts
  for each row when (old.deleted_at is null) execute function count_contacts();
create trigger contacts_truncated after truncate on contacts
  for each statement execute function count_contacts();

-- Puts the sum of a site's rows in their place: those that are committed or our own, and that nobody else is folding.
create function fold_contact_counts() returns trigger language plpgsql
set enable_seqscan = off
as $$
begin
  with folded as (
    delete from contact_counts
     where ctid = any (array(select ctid from contact_counts where site_id = new.site_id for update skip locked))
    returning change
  )
  insert into contact_counts (site_id, change) select new.site_id, sum(change) from folded;
  return null;
end
$$;

-- Now and then, so that a site has a few hundred rows to add up.
create trigger contact_counts_fold after insert on contact_counts
  for each row when (random() < 0.005) execute function fold_contact_counts();

-- Nobody writes meanwhile, so nobody is missed.
insert into contact_counts (site_id, change)
select site_id, count(*) from contacts where deleted_at is null group by site_id;

-- What a search looks at. Comparing text that is in lower case already takes a quarter of the time of ilike.
alter table contacts add column search_text text generated always as (lower(name || E'\n' || coalesce(email, ''))) stored;
drop index contacts_search;
create index contacts_search on contacts using gin (search_text gin_trgm_ops);

-- With the name itself, which a page far into the list is otherwise fetched for, row by row.
create index contacts_by_name on contacts (site_id, lower(name), id) include (name)
  where created_at > '-infinity' and deleted_at is null;
create index contacts_by_email on contacts (site_id, email, id) where created_at > '-infinity' and deleted_at is null;
