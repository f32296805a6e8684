-- What a first answer says may be more than another key may see: each API key has Idempotency-Keys of its own.
-- Those from before belong to nobody, and are removed after their 24 hours.
alter table idempotency_keys add column caller text not null default '';
alter table idempotency_keys alter column caller drop default;
alter table idempotency_keys drop constraint idempotency_keys_pkey;
alter table idempotency_keys add primary key (account_id, caller, route, key);

-- Attempts are counted for users of accounts as well, who belong to no site. The realm is "site:<id>" or "users".
drop table member_attempts;
create table attempts (
  realm text not null,
  subject text not null,
  count integer not null,
  ends_at timestamptz not null,
  primary key (subject, realm)
);
create index attempts_end on attempts (ends_at);

-- A new password ends the tokens that were got with the one before.
alter table token_families drop constraint token_families_revoke_reason_check;
alter table token_families add constraint token_families_revoke_reason_check
  check (revoke_reason in ('revoked', 'reused', 'password_changed'));
create index token_families_user on token_families (user_id) where api_key_id is null and revoked_at is null;

-- Every link expires, also that of a gift.
update member_links set expires_at = created_at + interval '30 days' where expires_at is null;
alter table member_links alter column expires_at set not null;
