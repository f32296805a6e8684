-- Conditions that are always true, but that only the queries for which an index was made state (or that follow from
-- what they ask for): a grant looks for the offers of one customer, and a plan that was made while the table was
-- empty could read one of these indexes from end to end.
drop index offer_grants_offer;
create index offer_grants_offer on offer_grants (offer_id, site_id) where revoked_at is null and offer_id > 0;
drop index offer_grants_expiry;
create index offer_grants_expiry on offer_grants (expires_at) where revoked_at is null and expires_at > '-infinity';

-- Hardly anybody has one.
drop index customers_external_user;
create unique index customers_external_user on customers (external_user_id, site_id) where external_user_id is not null;

-- Replaced by functions that take many requests at once.
drop function if exists change_offers(jsonb, jsonb, text, bigint, text, bigint[], jsonb, timestamptz);
drop function if exists grant_offers(bigint, bigint, bigint[], jsonb, timestamptz);
drop function if exists claim_idempotency_key(bigint, text, text, bytea, timestamptz);
