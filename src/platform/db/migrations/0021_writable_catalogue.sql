-- Offers, products, sites and contact tags are created, changed and archived through the API.

alter table products add column archived_at timestamptz;
drop index products_list;
create index products_list on products (site_id, created_at, id) where created_at > '-infinity' and archived_at is null;

-- Nothing of an archived site can be reached; it stays for the records that belong to it.
alter table sites add column archived_at timestamptz;

alter table contact_tags add column updated_at timestamptz;
update contact_tags set updated_at = created_at;
alter table contact_tags alter column updated_at set not null;
