import type pg from 'pg'

/**
 * Nobody waits 75 hours: what has failed is tried again within seconds, and what a killed worker had in hand is
 * taken over after `leaseSeconds`.
 */
export async function hurry(database: pg.Pool, leaseSeconds: number): Promise<void> {
  await database.query(`
    create function hurry_delivery() returns trigger language plpgsql as $$
    begin
      new.due_at := now() + random() * interval '1 second';
      return new;
    end $$;
    create trigger hurry_delivery before update on webhook_deliveries
      for each row when (new.status = 'pending' and new.attempts > old.attempts) execute function hurry_delivery();
    create function hurry_lease() returns trigger language plpgsql as $$
    begin
      new.leased_until := least(new.leased_until, now() + interval '${leaseSeconds} seconds');
      return new;
    end $$;
    create trigger hurry_lease before update on hooks
      for each row when (new.leased_until is not null) execute function hurry_lease()`)
}

/** A sentence about something that is not as it must be in the end. */
export type Leftover = string

/** What has not been told, or did not end as it should. */
export async function leftovers(database: pg.Pool): Promise<Leftover[]> {
  const { rows } = await database.query<{ what: string; count: number }>(`
    select 'events not dispatched' as what, count(*)::int from events where dispatched_at is null
     union all
    select 'deliveries ' || status, count(*)::int from webhook_deliveries where status <> 'delivered' group by status
     union all
    select 'hooks in hand', count(*)::int from hooks where leased_until is not null
     union all
    select 'hooks with something due', count(*)::int from hooks where due_at is not null
     union all
    select 'hooks disabled', count(*)::int from hooks where disabled_at is not null`)
  return rows.filter(({ count }) => count > 0).map(({ what, count }) => `${count} ${what}`)
}
