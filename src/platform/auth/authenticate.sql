-- Whether the bearer of a token may act, as one lookup: the key is not rotated or deleted since, and
-- the token's family not revoked. Returns no row for a token that is no longer valid.
--
-- The permissions are those of the key and of the role that its user has now; null: all.
--
-- p_writing: the caller changes something. It then shares a lock until its transaction ends, which a
-- rotation takes for itself alone: when rotate has answered, nothing of the old key can still commit.
-- A lock on the key's row would do the same, but every grant would write to that one row.
create or replace function authenticate(
  p_account_id bigint, p_family_id uuid, p_epoch integer, p_writing boolean,
  out site_ids bigint[], out permissions text[], out user_id bigint
) returns setof record language plpgsql as $$
declare
  v_family token_families;
  v_of_role text[];
begin
  select * into v_family from token_families f where f.id = p_family_id and f.account_id = p_account_id;
  if not found or v_family.revoked_at is not null or v_family.epoch <> p_epoch then return; end if;

  if v_family.api_key_id is not null then
    if p_writing then perform pg_advisory_xact_lock_shared(api_key_lock(v_family.api_key_id)); end if;
    -- A statement of its own, so that it sees what was committed while we waited for the lock.
    select k.permissions into authenticate.permissions from api_keys k
     where k.id = v_family.api_key_id and k.epoch = p_epoch and k.deleted_at is null;
    if not found then return; end if;
  end if;

  select r.permissions into v_of_role
    from users u left join roles r on r.id = u.role_id where u.id = v_family.user_id and u.left_at is null;
  if not found then return; end if;
  -- Without a role, the owner; a role without a list permits all.
  if v_of_role is not null then
    permissions := case when permissions is null then v_of_role
                        else array(select unnest(permissions) intersect select unnest(v_of_role)) end;
  end if;

  user_id := v_family.user_id;
  select coalesce(array_agg(s.id order by s.id), '{}') into site_ids from sites s
   where s.account_id = p_account_id and s.archived_at is null;
  return next;
end
$$;

create or replace function api_key_lock(p_key_id bigint) returns bigint language sql immutable
  return hashtextextended('api_key:' || p_key_id, 0);
