-- API keys are a resource of the API.
alter table api_keys add column updated_at timestamptz;
update api_keys set updated_at = coalesce(rotated_at, created_at);
alter table api_keys alter column updated_at set not null;

-- When each key was last used. Not in its row, which every request reads.
create table api_key_uses (
  api_key_id bigint primary key references api_keys,
  account_id bigint not null references accounts,
  used_at timestamptz not null,
  -- IP address.
  used_from text not null
) with (fillfactor = 70);

-- The tokens of a key that can still be used are counted.
create index token_families_key on token_families (api_key_id) where api_key_id is not null and revoked_at is null;
