-- Exports have subscriptions in the order in which they began.

create index subscriptions_started on subscriptions (site_id, started_at, id);
