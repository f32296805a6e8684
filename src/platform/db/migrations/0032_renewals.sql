-- Access is extended, and its end is announced.

alter table offers add column access_ending_days integer check (access_ending_days between 1 and 365);
alter table sites add column send_access_ending_email boolean not null default false;

-- When the end of access is to be announced; null: it is not, or it has been.
alter table offer_grants add column ending_notice_at timestamptz;
alter table offer_grants add constraint offer_grants_period check (expires_at > starts_at);
create index offer_grants_ending on offer_grants (ending_notice_at)
  where revoked_at is null and ending_notice_at is not null;
