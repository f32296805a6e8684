-- Functions that returned something of another type once: only what is gone can be created again. A server of an older
-- release that still runs has each of its connections fail once by this.
drop function if exists change_offers(jsonb, text, text, jsonb, timestamptz);
drop function if exists change_offers_of_site(bigint, text, bigint[], jsonb[], jsonb[], timestamptz);
drop function if exists same_outcome(jsonb, jsonb);
drop function if exists grant_offers(bigint, bigint[], jsonb[], jsonb[], timestamptz);
drop function if exists end_offers(bigint, bigint, bigint[], boolean, jsonb, timestamptz);
drop function if exists grant_missing_offers(bigint, bigint, bigint, bigint[], jsonb, timestamptz);
