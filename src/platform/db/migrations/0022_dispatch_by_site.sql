-- Events are dispatched site by site: the sites that have undispatched ones are found, and skipped, by this index.
drop index events_undispatched;
create index events_undispatched on events (site_id, id) where dispatched_at is null;
