/** The fault that is planted to show that the trial finds it. */
import pg from 'pg'
import type { Fault } from '../crashes/faults.ts'

/** A repetition of a notification that failed, or that nobody has processed yet, is taken for a duplicate. */
export const storedIsProcessed: Fault = {
  async plant(url) {
    const client = new pg.Client(url)
    await client.connect()
    await client.query(
      `create function process_at_once() returns trigger language plpgsql as $$
       begin
         new.due_at := null;
         new.processed_at := new.created_at;
         return new;
       end $$;
       create trigger process_at_once before insert on provider_events for each row execute function process_at_once()`,
    )
    await client.end()
    return null
  },
}
