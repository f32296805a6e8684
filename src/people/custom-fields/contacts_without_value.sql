-- Which contacts of a site lack a value of a custom field, and how many: see docs/decisions/0016-custom-fields.md.
-- The index contacts_filled has to be used whatever the planner believes of arrays that it does not know.

-- What contacts.filled_fields has, of contacts that lack a field. Each value is looked for after the one before it, so
-- that equal ones are not read. Null: there are too many.
create or replace function sets_without_field(p_site bigint, p_number integer) returns text[] language plpgsql stable
set enable_seqscan = off set enable_bitmapscan = off
as $$
declare
  v_set text;
  v_last text := '';
  v_sets text[] := '{""}';
begin
  for look in 1..500 loop
    select filled_fields into v_set from contacts
     where site_id = p_site and created_at > '-infinity' and deleted_at is null and filled_fields > v_last
     order by filled_fields limit 1;
    if not found then return v_sets; end if;
    if v_set = '*' then return null; end if;
    if not p_number::text = any (string_to_array(v_set, ',')) then v_sets := v_sets || v_set; end if;
    v_last := v_set;
  end loop;
  return null;
end
$$;

create or replace function count_without_value(p_site bigint, p_field bigint, p_number integer) returns bigint
language plpgsql stable set enable_seqscan = off set enable_bitmapscan = off set plan_cache_mode = force_custom_plan
as $$
declare
  v_sets text[] := sets_without_field(p_site, p_number);
  v_all bigint := (select coalesce(sum(change), 0) from contact_counts where site_id = p_site);
  v_count bigint;
begin
  -- Few lack it?
  if v_sets is not null then
    select count(*) into v_count from (
      select from contacts
       where site_id = p_site and created_at > '-infinity' and deleted_at is null and filled_fields = any (v_sets)
       limit 50001) c;
    if v_count <= 50000 then return v_count; end if;
  end if;
  -- Otherwise the smaller part is counted. Contacts that are deleted have no values.
  select count(*) into v_count from (
    select from contact_custom_values where field_id = p_field
     limit case when v_sets is not null then v_all / 2 + 1 end) v;
  if v_sets is null or v_count <= v_all / 2 then return v_all - v_count; end if;
  return (select count(*) from contacts
           where site_id = p_site and created_at > '-infinity' and deleted_at is null and filled_fields = any (v_sets));
end
$$;

-- The ids of at most so many.
create or replace function contacts_without_value(p_site bigint, p_number integer, p_most integer)
returns setof bigint language plpgsql stable
set enable_seqscan = off set enable_bitmapscan = off set plan_cache_mode = force_custom_plan
as $$
declare
  v_sets text[] := sets_without_field(p_site, p_number);
begin
  if v_sets is null then
    return query select id from contacts
     where site_id = p_site and created_at > '-infinity' and deleted_at is null
       and not custom ? ('custom_' || p_number)
     limit p_most;
  else
    return query select id from contacts
     where site_id = p_site and created_at > '-infinity' and deleted_at is null and filled_fields = any (v_sets)
     limit p_most;
  end if;
end
$$;
