/** The faults that are planted to show that the trial finds them. */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

export interface Fault {
  /** Lines of postgresql.conf. */
  settings?: Record<string, string>
  /** Plants the fault in a migrated database. @returns a task that keeps running beside the servers, if it needs one */
  plant?: (databaseUrl: string) => Promise<BackgroundFault | null>
}

/** A task that keeps causing the fault. */
export interface BackgroundFault {
  end: () => Promise<void>
}

/** Concurrent grants can give a customer the same offer twice. */
export const noUniqueGrants: Fault = {
  async plant(url) {
    await run(url, 'drop index offer_grants_live')
    return null
  },
}

/** Commits are acknowledged before they are on disk. */
export const commitsInMemory: Fault = {
  settings: { synchronous_commit: 'off', wal_writer_delay: '10s', wal_writer_flush_after: '1GB' },
  async plant(url) {
    // The data of the setup must survive.
    await run(url, 'checkpoint')
    return null
  },
}

/** Events are written after the commit of their change, by a process that keeps them in its memory until then. */
export const eventsAfterCommit: Fault = {
  async plant(url) {
    await run(url, DELAY_EVENTS)
    return repeat(url, async (client) => {
      const { rows } = await client.query('delete from late_events returning *')
      await sleep(IN_MEMORY_MS)
      // Without triggers, so that they are not delayed again.
      await client.query(`set session_replication_role = replica`)
      await client.query(`insert into events select * from json_populate_recordset(null::events, $1)`, [
        JSON.stringify(rows),
      ])
    })
  },
}

/** Events are marked as dispatched after the commit of their effects, and dispatched again until then. */
export const eventsMarkedLate: Fault = {
  async plant(url) {
    await run(url, DELAY_MARKS)
    return repeat(url, async (client) => {
      await sleep(LATE_MS)
      await client.query(`set session_replication_role = replica`)
      await client.query(`
        with marks as (delete from late_marks returning *)
        update events e set dispatched_at = m.dispatched_at from marks m where e.site_id = m.site_id and e.id = m.id`)
    })
  },
}

/** The same, and a cause can send the same e-mail twice. */
export const noUniqueEmails: Fault = {
  async plant(url) {
    await run(url, 'drop index emails_cause')
    return eventsMarkedLate.plant!(url)
  },
}

const LATE_MS = 200
/** Long enough that a crash always loses some, also at a low rate of grants. */
const IN_MEMORY_MS = 2_000

const DELAY_EVENTS = `
  create table late_events (like events);
  create function delay_event() returns trigger language plpgsql as $$
  begin
    insert into late_events select new.*;
    delete from events where site_id = new.site_id and id = new.id;
    return null;
  end $$;
  create trigger delay_event after insert on events for each row execute function delay_event()`

const DELAY_MARKS = `
  create table late_marks (site_id bigint, id bigint, dispatched_at timestamptz);
  create function delay_mark() returns trigger language plpgsql as $$
  begin
    insert into late_marks values (new.site_id, new.id, new.dispatched_at);
    return null;
  end $$;
  create trigger delay_mark before update of dispatched_at on events for each row execute function delay_mark()`

async function run(connectionString: string, statements: string): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  await client.query(statements)
  await client.end()
}

/** Calls `work` repeatedly. What it has in memory when the database is killed is lost. */
function repeat(connectionString: string, work: (client: pg.Client) => Promise<void>): BackgroundFault {
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
