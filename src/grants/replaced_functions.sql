-- Functions of earlier versions that have another name, other parameters or another result now: only what is gone can be
-- created again. Their connections must be closed: see the changelog.
drop function if exists change_offers(jsonb, text, text, jsonb, timestamptz);
drop function if exists change_offers_of_site(bigint, text, bigint[], jsonb[], jsonb[], timestamptz);
drop function if exists same_outcome(json, jsonb), same_outcome(jsonb, jsonb);
drop function if exists grant_offers(bigint, bigint[], jsonb[], jsonb[], timestamptz);
drop function if exists end_offers(bigint, bigint, bigint[], boolean, jsonb, timestamptz);
drop function if exists first_unknown_offer(bigint, bigint[]);
drop function if exists grant_missing_offers(bigint, bigint, bigint, bigint[], jsonb, timestamptz);
drop function if exists revoke_offers(bigint, bigint, bigint[], boolean, text, jsonb, timestamptz);
drop function if exists keep_outcomes(bigint, jsonb, jsonb[]);
drop function if exists access_end(timestamptz, integer);
drop function if exists ending_notice(timestamptz, integer, timestamptz);
drop function if exists insert_orders(jsonb, jsonb, timestamptz);
