-- Figures by day read what has changed within the last days alone. Rows are added in the order of their times, and pages
-- that no vacuum has summarized yet cost an insertion nothing.
create index offer_grants_changed on offer_grants using brin (granted_at, starts_at, revoked_at) with (pages_per_range = 16);
create index purchases_changed on purchases using brin (effective_start_at, deactivated_at) with (pages_per_range = 16);
