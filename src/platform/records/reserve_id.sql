-- Prepares a table for a row whose id a client chose: its sequence will not return that id.
--
-- The lock waits for inserts that have drawn from the sequence and are not committed yet, and blocks others until
-- the transaction ends, so that nothing is drawn between reading the sequence and setting it.
create or replace function reserve_id(p_table regclass, p_id bigint) returns void language plpgsql as $$
declare
  v_sequence regclass := pg_get_serial_sequence(p_table::text, 'id');
begin
  execute format('lock table %s in share row exclusive mode', p_table);
  if p_id > coalesce(pg_sequence_last_value(v_sequence), 0) then perform setval(v_sequence, p_id); end if;
end
$$;
