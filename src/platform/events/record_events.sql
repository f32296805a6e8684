-- An event to be recorded. The origin says where the change comes from: {actor, request_id, address, caused_by, depth,
-- run_id}, all but the first optional; other members are ignored.
create type new_event_wanted as (
  site_id bigint,
  type text,
  occurred_at timestamptz,
  origin jsonb,
  contact_id bigint,
  customer_id bigint,
  offer_id bigint,
  grant_id bigint,
  data jsonb
);

select replace_type('new_event');

-- A time in the data of an event, as attributes show it.
create or replace function iso_time(p_time timestamptz) returns text language sql stable
  return to_char(p_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

-- Records events, whose ids are in the order of the array.
create or replace function record_events(p_events new_event[]) returns setof events language plpgsql as $$
declare
  -- Set by withoutReactions(): the events have no effects.
  v_dispatched_at constant timestamptz := nullif(current_setting('bestow.dispatched_at', true), '');
begin
  return query
    insert into events (site_id, type, occurred_at, actor, request_id, address, caused_by, depth, run_id, contact_id,
                        customer_id, offer_id, grant_id, data, dispatched_at)
    select e.site_id, e.type, e.occurred_at, e.origin ->> 'actor', e.origin ->> 'request_id', e.origin ->> 'address',
           (e.origin ->> 'caused_by')::bigint, coalesce((e.origin ->> 'depth')::integer, 0), (e.origin ->> 'run_id')::bigint,
           e.contact_id, e.customer_id, e.offer_id, e.grant_id, e.data, v_dispatched_at
      from unnest(p_events) with ordinality e
     order by e.ordinality
    returning *;
end
$$;
