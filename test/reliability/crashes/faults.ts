/** Table of contents: what is broken on purpose, to see that the trial finds it. */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

export interface Fault {
  /** Settings of PostgreSQL. */
  settings?: Record<string, string>
  /** Breaks a database that is up to date. @returns what goes on beside the servers, if anything does */
  plant?: (databaseUrl: string) => Promise<Accomplice | null>
}

/** Ends when asked to. */
export interface Accomplice {
  end: () => Promise<void>
}

/** Nothing but the order of things keeps a customer from holding an offer twice. */
export const noUniqueGrants: Fault = {
  async plant(url) {
    await run(url, 'drop index offer_grants_live')
    return null
  },
}

/** Commits are acknowledged before they are on disk, as PostgreSQL does when it is told to. */
export const commitsInMemory: Fault = {
  settings: { synchronous_commit: 'off', wal_writer_delay: '10s', wal_writer_flush_after: '1GB' },
  async plant(url) {
    // What was made until now is not what this is about.
    await run(url, 'checkpoint')
    return null
  },
}

/** Events are written after the commit of what they tell, by a process that has them in its memory meanwhile. */
export const eventsAfterCommit: Fault = {
  async plant(url) {
    await run(url, EVENTS_ASIDE)
    return repeat(url, async (client) => {
      const { rows } = await client.query('delete from late_events returning *')
      await sleep(IN_MEMORY_MS)
      // Without triggers, or it would be put aside again.
      await client.query(`set session_replication_role = replica`)
      await client.query(`insert into events select * from json_populate_recordset(null::events, $1)`, [
        JSON.stringify(rows),
      ])
    })
  },
}

/** Events are marked as dispatched after the commit of what follows from them, and meanwhile found again. */
export const eventsMarkedLate: Fault = {
  async plant(url) {
    await run(url, MARKS_ASIDE)
    return repeat(url, async (client) => {
      await sleep(LATE_MS)
      await client.query(`set session_replication_role = replica`)
      await client.query(`
        with marks as (delete from late_marks returning *)
        update events e set dispatched_at = m.dispatched_at from marks m where e.site_id = m.site_id and e.id = m.id`)
    })
  },
}

/** The same, and nothing decides that a cause sends an e-mail once. */
export const noUniqueEmails: Fault = {
  async plant(url) {
    await run(url, 'drop index emails_cause')
    return eventsMarkedLate.plant!(url)
  },
}

const LATE_MS = 200
/** Long enough that a crash finds some there, also when little is granted. */
const IN_MEMORY_MS = 2_000

const EVENTS_ASIDE = `
  create table late_events (like events);
  create function put_event_aside() returns trigger language plpgsql as $$
  begin
    insert into late_events select new.*;
    delete from events where site_id = new.site_id and id = new.id;
    return null;
  end $$;
  create trigger put_event_aside after insert on events for each row execute function put_event_aside()`

const MARKS_ASIDE = `
  create table late_marks (site_id bigint, id bigint, dispatched_at timestamptz);
  create function put_mark_aside() returns trigger language plpgsql as $$
  begin
    insert into late_marks values (new.site_id, new.id, new.dispatched_at);
    return null;
  end $$;
  create trigger put_mark_aside before update of dispatched_at on events for each row execute function put_mark_aside()`

async function run(connectionString: string, statements: string): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  await client.query(statements)
  await client.end()
}

/** Calls `work` again and again. What it has in hand when the database is killed, it forgets. */
function repeat(connectionString: string, work: (client: pg.Client) => Promise<void>): Accomplice {
  let isEnded = false
  const working = (async () => {
    while (!isEnded) {
      const client = new pg.Client({ connectionString })
      client.on('error', () => {})
      await client
        .connect()
        .then(() => work(client))
        .catch(() => sleep(20))
      await client.end().catch(() => {})
    }
  })()
  return {
    async end() {
      isEnded = true
      await working
    },
  }
}
