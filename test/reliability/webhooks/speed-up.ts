import type pg from 'pg'

/**
 * Failed deliveries are retried within seconds instead of up to 75 hours, and the leases of killed workers expire
 * after `leaseSeconds`.
 */
export async function speedUp(database: pg.Pool, leaseSeconds: number): Promise<void> {
  await database.query(`
    create function speed_up_delivery() returns trigger language plpgsql as $$
    begin
      new.due_at := now() + random() * interval '1 second';
      return new;
    end $$;
    create trigger speed_up_delivery before update on webhook_deliveries
      for each row when (new.status = 'pending' and new.attempts > old.attempts) execute function speed_up_delivery();
    create function shorten_lease() returns trigger language plpgsql as $$
    begin
      new.leased_until := least(new.leased_until, now() + interval '${leaseSeconds} seconds');
      return new;
    end $$;
    create trigger shorten_lease before update on hooks
      for each row when (new.leased_until is not null) execute function shorten_lease()`)
}

/** A summary about something that is not finished. */
export type Leftover = string

/** Everything that is not delivered. */
export async function leftovers(database: pg.Pool): Promise<Leftover[]> {
  const { rows } = await database.query<{ what: string; count: number }>(`
    select 'events not dispatched' as what, count(*)::int from events where dispatched_at is null
     union all
    select 'deliveries ' || status, count(*)::int from webhook_deliveries where status <> 'delivered' group by status
     union all
    select 'hooks leased', count(*)::int from hooks where leased_until is not null
     union all
    select 'hooks with due deliveries', count(*)::int from hooks where due_at is not null
     union all
    select 'hooks disabled', count(*)::int from hooks where disabled_at is not null`)
  return rows.filter(({ count }) => count > 0).map(({ what, count }) => `${count} ${what}`)
}
