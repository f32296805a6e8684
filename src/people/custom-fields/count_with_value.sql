-- How many contacts of a site have a value of a custom field: see docs/decisions/0016-custom-fields.md.
-- A value that most of them have is not counted, but what is left: other values, and contacts without one. The planner
-- estimates which of both is less; if it is wrong, no more than all is read.
-- Volatile, since a stable function cannot ask for an estimate. Contacts that are deleted have no values.
create or replace function count_with_value(p_site bigint, p_field bigint, p_number integer, p_key text) returns bigint
language plpgsql volatile set enable_seqscan = off set enable_bitmapscan = off set plan_cache_mode = force_custom_plan
as $$
declare
  v_all bigint := (select coalesce(sum(change), 0) from contact_counts where site_id = p_site);
  v_half bigint := v_all / 2;
  v_plan json;
  v_count bigint;
begin
  execute format('explain (format json) select from contact_custom_values where field_id = %s and key = %L', p_field, p_key)
    into v_plan;
  if (v_plan #>> '{0,Plan,Plan Rows}')::bigint <= v_half then
    select count(*) into v_count from (
      select from contact_custom_values where field_id = p_field and key = p_key limit v_half + 1) v;
    if v_count <= v_half then return v_count; end if;
  end if;
  select count(*) into v_count from (
    select from contact_custom_values where field_id = p_field and key < p_key
    union all
    select from contact_custom_values where field_id = p_field and key > p_key
    limit v_half + 1) v;
  if v_count <= v_half then
    return v_all - count_without_value(p_site, p_field, p_number) - v_count;
  end if;
  return (select count(*) from contact_custom_values where field_id = p_field and key = p_key);
end
$$;
