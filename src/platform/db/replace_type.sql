-- The names and types of the members of a composite type, in their order; null when there is no such type.
create or replace function members_of_type(p_type text) returns text[] language sql stable
  return (select array_agg(attname || ' ' || format_type(atttypid, atttypmod) order by attnum)
            from pg_attribute where attrelid = to_regclass(quote_ident(p_type)) and attnum > 0 and not attisdropped);

-- Gives the type <p_type>_wanted the name <p_type>. Nothing is done when there is such a type with the same members:
-- dropping it drops every function that has it, also in the middle of calls of other processes.
create or replace function replace_type(p_type name) returns void language plpgsql as $$
begin
  if members_of_type(p_type) = members_of_type(p_type || '_wanted') then
    execute format('drop type %I', p_type || '_wanted');
  else
    execute format('drop type if exists %I cascade', p_type);
    execute format('alter type %I rename to %I', p_type || '_wanted', p_type);
  end if;
end
$$;
