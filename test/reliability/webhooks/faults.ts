/** The faults that are planted to show that the trial finds them. */
import pg from 'pg'
import { eventsMarkedLate, type Fault } from '../crashes/faults.ts'

/** Events are dispatched again before they are marked, and a hook can be notified of the same event twice. */
export const noUniqueDeliveries: Fault = {
  async plant(url) {
    await run(url, 'drop index webhook_deliveries_cause')
    return eventsMarkedLate.plant!(url)
  },
}

/** A delivery is recorded as successful when it is prepared, not when it is accepted. */
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

/** Bodies are not kept: another attempt sends another body. */
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
