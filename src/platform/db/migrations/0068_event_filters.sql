-- Filters of the event log read what they find, also in a log of millions: see docs/decisions/0009-quick-lists.md.

-- Of a day, or of some. No event that is recorded waits for it.
create index events_occurred on events using brin (occurred_at) with (pages_per_range = 16, autosummarize = on);

-- Without what a grant records, which would take longer otherwise, and is most of the log.
create index events_type on events (site_id, type, id) where type <> 'offer_granted' and type <> 'customer_created';

-- Without what API keys and automations cause, for the same reason.
create index events_actor on events (site_id, actor, id) where actor not like 'api\_key:%' and actor not like 'automation:%';
