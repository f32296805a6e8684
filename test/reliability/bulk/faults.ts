import pg from 'pg'
import type { Fault } from '../crashes/faults.ts'

/** The outcomes of some rows are not recorded with their effects: the rows are still pending after the first time. */
export const outcomesForgotten: Fault = {
  async plant(connectionString) {
    const client = new pg.Client({ connectionString })
    await client.connect()
    await client.query(`
      create table forgotten (row_id bigint primary key);
      create function forget_outcome() returns trigger language plpgsql as $$
      begin
        if new.id % 20 = 0 then
          insert into forgotten values (new.id) on conflict do nothing;
          if found then return null; end if;
        end if;
        return new;
      end $$;
      create trigger forget_outcome before update of status on bulk_job_rows
        for each row when (new.status <> 'pending') execute function forget_outcome();
      create function forget_end() returns trigger language plpgsql as $$
      begin
        if exists (select from bulk_job_rows r where r.job_id = new.id and r.status = 'pending') then
          new.status := 'running';
          new.finished_at := null;
        end if;
        return new;
      end $$;
      create trigger forget_end before update of status on bulk_jobs
        for each row when (new.status = 'completed') execute function forget_end()`)
    await client.end()
    return null
  },
}
