-- Access is extended, and its end is announced.

alter table offers add column access_ending_days integer check (access_ending_days between 1 and 365);
alter table sites add column send_access_ending_email boolean not null default false;

-- When the end of access is to be announced; null: it is not, or it has been.
alter table offer_grants add column ending_notice_at timestamptz;
-- Times are shown with four digits of the year.
alter table offer_grants add constraint offer_grants_period
  check (expires_at > starts_at and expires_at < '10000-01-01 00:00:00+00' and starts_at >= '0001-01-01 00:00:00+00');
create index offer_grants_ending on offer_grants (ending_notice_at)
  where revoked_at is null and ending_notice_at is not null;
