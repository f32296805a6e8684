-- The rows that the functions of grants pass to each other, in arrays: one for each contact of a batch.
-- A change of their members ends the calls of other processes: give such a type another name.

-- The change of the offers of one contact that a request asks for. JSON objects with the first five members become
-- such rows by jsonb_populate_recordset(); lock_contacts() and ensure_customers() fill in the others.
create type offers_change_wanted as (
  -- The number of the change in its batch: its outcome has the same.
  place integer,
  site_id bigint,
  contact_id bigint,
  -- Without repetitions.
  offer_ids bigint[],
  -- Where the change comes from, as in new_event: {actor, request_id, caused_by, depth, run_id}; and of a grant
  -- {source, send_customer_welcome_email, send_offer_grant_email, gift: {from_name, message}, renew, expires_at}: see
  -- renew_grants().
  options jsonb,
  -- Of the contact.
  name text,
  email text,
  -- Null while the contact is not a customer.
  customer_id bigint,
  customer_created boolean,
  -- Why nothing is written for this change: see offers_outcome.
  error text,
  unknown_offer_id bigint
);

-- The result of a change, or the reason why nothing was written for it.
create type offers_outcome_wanted as (
  place integer,
  site_id bigint,
  -- subject_not_found; offer_not_found: there is no offer with the id unknown_offer_id, or it cannot be granted;
  -- email_taken: the customer of another contact has the e-mail. Of change_offers() also unauthorized, forbidden and
  -- idempotency_mismatch.
  error text,
  unknown_offer_id bigint,
  customer_id bigint,
  -- Of the customer_created event, when this change created the customer.
  customer_event_id bigint,
  -- {<offer id>: {grant_id, event_id}} with the ids as text; null when nothing was granted.
  granted json,
  -- The same of grants whose end was changed.
  renewed json,
  revoked bigint[],
  -- All offers that the customer holds afterwards; only of change_offers().
  held bigint[],
  -- When access to each of them ends: {<offer id>: time or null}.
  ends json,
  -- This is the outcome of an earlier request with the same Idempotency-Key.
  replayed boolean
);

select replace_type('offers_change'), replace_type('offers_outcome');

-- A change before anything is known about its contact.
create or replace function new_change(
  p_place integer, p_site_id bigint, p_contact_id bigint, p_offer_ids bigint[], p_options jsonb
) returns offers_change language sql immutable as $$
  select row(p_place, p_site_id, p_contact_id, p_offer_ids, p_options, null, null, null, false, null, null)::offers_change
$$;

create or replace function outcome_of(
  p_change offers_change, p_customer_event_id bigint, p_granted json, p_renewed json, p_revoked bigint[]
) returns offers_outcome language sql immutable as $$
  select row(p_change.place, p_change.site_id, p_change.error, p_change.unknown_offer_id, p_change.customer_id,
             p_customer_event_id, p_granted, p_renewed, p_revoked, null, null, null)::offers_outcome
$$;
