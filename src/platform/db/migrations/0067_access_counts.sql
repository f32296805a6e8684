-- Figures by day are added up from counts by the quarter of an hour: see docs/decisions/0034-figures.md.

-- In the order in which a merge writes them.
lock table offer_grants, purchases in share row exclusive mode;

-- Of each quarter of an hour in which there were any: grants, and by how many the customers with access changed. A row
-- of '-infinity' has what lies before the oldest quarter. Written by a background task alone.
create table access_counts (
  site_id bigint not null,
  since timestamptz not null,
  grants integer not null,
  change integer not null,
  primary key (site_id, since)
);
create index access_counts_since on access_counts (since);

-- Until when all sites have been counted, exclusively; null: not at all.
create table access_counted (
  one boolean primary key default true check (one),
  until timestamptz
);

-- Something has changed that lies so long ago that it may have been counted: the site is counted again from then on.
create table access_corrections (
  site_id bigint not null,
  since timestamptz not null
);
create index access_corrections_site on access_corrections (site_id, since);

create function correct_access_counts() returns trigger language plpgsql as $$
declare
  v_since timestamptz;
begin
  if tg_table_name = 'offer_grants' then
    v_since := case
      when tg_op = 'INSERT' then least(new.granted_at, new.starts_at)
      when tg_op = 'DELETE' then least(old.granted_at, old.starts_at)
      when (old.site_id, old.customer_id, old.granted_at, old.starts_at)
           is distinct from (new.site_id, new.customer_id, new.granted_at, new.starts_at)
      then least(old.granted_at, old.starts_at, new.granted_at, new.starts_at)
      else least(old.revoked_at, old.expires_at, new.revoked_at, new.expires_at) end;
  else
    v_since := case
      when tg_op = 'INSERT' then new.effective_start_at
      when tg_op = 'DELETE' then old.effective_start_at
      when (old.site_id, old.customer_id, old.effective_start_at)
           is distinct from (new.site_id, new.customer_id, new.effective_start_at)
      then least(old.effective_start_at, new.effective_start_at)
      else least(old.deactivated_at, new.deactivated_at) end;
  end if;
  if tg_op <> 'INSERT' then insert into access_corrections (site_id, since) values (old.site_id, v_since); end if;
  if tg_op = 'INSERT' or (tg_op = 'UPDATE' and new.site_id <> old.site_id) then
    insert into access_corrections (site_id, since) values (new.site_id, v_since);
  end if;
  return null;
end
$$;

-- What is written within a minute of its own time is counted later, with the rest. The conditions spare a grant the call.
-- (Where the clock was moved, purchases say what time it is.)
create trigger offer_grants_backdated after insert on offer_grants for each row
  when (new.granted_at < now() - interval '1 minute' or new.starts_at < new.granted_at)
  execute function correct_access_counts();
create trigger offer_grants_corrected
  after update of site_id, customer_id, granted_at, starts_at, expires_at, revoked_at on offer_grants for each row
  when (old.site_id <> new.site_id or old.customer_id <> new.customer_id or old.granted_at <> new.granted_at
        or old.starts_at <> new.starts_at
        or (least(old.revoked_at, old.expires_at) is distinct from least(new.revoked_at, new.expires_at)
            and least(old.revoked_at, old.expires_at, new.revoked_at, new.expires_at) < now() - interval '1 minute'))
  execute function correct_access_counts();
create trigger offer_grants_removed after delete on offer_grants for each row execute function correct_access_counts();

create trigger purchases_backdated after insert on purchases for each row
  when (new.effective_start_at < greatest(now(), new.created_at) - interval '1 minute')
  execute function correct_access_counts();
create trigger purchases_corrected
  after update of site_id, customer_id, effective_start_at, deactivated_at on purchases for each row
  when (old.site_id <> new.site_id or old.customer_id <> new.customer_id
        or old.effective_start_at <> new.effective_start_at
        or (old.deactivated_at is distinct from new.deactivated_at
            and least(old.deactivated_at, new.deactivated_at) < greatest(now(), new.updated_at) - interval '1 minute'))
  execute function correct_access_counts();
create trigger purchases_removed after delete on purchases for each row execute function correct_access_counts();

-- Otherwise all pages that were added since the last vacuum would be read.
alter index offer_grants_changed set (autosummarize = on);
alter index purchases_changed set (autosummarize = on);
