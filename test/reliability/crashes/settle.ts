import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'

/** What still waits to be done. */
export interface Backlog {
  events: number
  emails: number
  jobs: number
}

const PAUSE_MS = 250

/** Waits until nothing is left to do, but not longer than `limitMs`. @returns what is left */
export async function settle(client: pg.Client, limitMs: number): Promise<Backlog> {
  for (const end = Date.now() + limitMs; ; await sleep(PAUSE_MS)) {
    const backlog = await readBacklog(client)
    const isIdle = Object.values(backlog).every((count) => count === 0)
    if (isIdle || Date.now() > end) return backlog
  }
}

async function readBacklog(client: pg.Client): Promise<Backlog> {
  const { rows } = await client.query<Backlog>(`
    select (select count(*)::int from events where dispatched_at is null) as events,
           (select count(*)::int from emails where status = 'pending') as emails,
           (select count(*)::int from pgboss.job
             where state in ('created', 'retry', 'active') and name not like '\\_\\_%') as jobs`)
  return rows[0]!
}

/**
 * A worker that was killed holds its jobs for nearly a minute. In a short run nobody waits so long: jobs are
 * given up after seconds, and tried again at once.
 */
export async function hurryJobs(client: pg.Client | pg.Pool): Promise<void> {
  await client.query(`
    create function hurry_job() returns trigger language plpgsql as $$
    begin
      new.expire_seconds := 10;
      new.retry_delay := 1;
      new.retry_backoff := false;
      return new;
    end $$;
    create trigger hurry_job before insert on pgboss.job for each row execute function hurry_job()`)
}
