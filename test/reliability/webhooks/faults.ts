/** What is broken on purpose, to see that the trial finds it. */
import pg from 'pg'
import { eventsMarkedLate, type Fault } from '../crashes/faults.ts'

/** Events are found again before they are marked, and nothing decides that a hook is told of each once. */
export const noUniqueDeliveries: Fault = {
  async plant(url) {
    await run(url, 'drop index webhook_deliveries_cause')
    return eventsMarkedLate.plant!(url)
  },
}

/** A delivery counts as made when it is prepared, and not when it was taken. */
export const recordedBeforehand: Fault = {
  async plant(url) {
    await run(
      url,
      `create function record_beforehand() returns trigger language plpgsql as $$
       begin
         new.status := 'delivered';
         new.due_at := null;
         return new;
       end $$;
       create trigger record_beforehand before update of body on webhook_deliveries
         for each row execute function record_beforehand()`,
    )
    return null
  },
}

/** Bodies are not kept: another attempt says something else. */
export const bodiesForgotten: Fault = {
  async plant(url) {
    await run(
      url,
      `create function forget_body() returns trigger language plpgsql as $$
       begin
         new.body := jsonb_build_object('id', '0', 'event', 'tag_added', 'payload', (new.body::jsonb -> 'payload'));
         return new;
       end $$;
       create trigger forget_body before update of attempts on webhook_deliveries
         for each row when (new.body is not null) execute function forget_body()`,
    )
    return null
  },
}

async function run(connectionString: string, statements: string): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  await client.query(statements)
  await client.end()
}
