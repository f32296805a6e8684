-- The class of a product at Kajabi, as in Courses::CohortCourse; null: it is called as its type.
alter table products add column class_name text;

-- Who looks for what has changed since the last time reads that alone.
create index contacts_updated on contacts (site_id, updated_at, id) where created_at > '-infinity' and deleted_at is null;
create index customers_updated on customers (site_id, updated_at, id) where created_at > '-infinity' and deleted_at is null;

-- Written when a grant ends, so that granting takes no longer. "offer_id > 0" is stated by lists alone.
create index offer_grants_ended_offer on offer_grants (offer_id, site_id)
  where revoked_at is not null and offer_id > 0;
