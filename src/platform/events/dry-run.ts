import { sql } from 'kysely'
import { type Db, inRolledBackTransaction, type Tx } from '../db/database.ts'
import { type DispatchedEvent, SITE_SETTINGS } from './dispatch-events.ts'

/** A transaction in which a change is tried, and which is then rolled back. */
export interface DryRun {
  tx: Tx
  /** The events that were recorded in it so far, in their order. */
  recorded: () => Promise<DispatchedEvent[]>
}

/**
 * Runs `work` in a transaction that is rolled back, so that it can look at what it would have written. Its effects
 * outside the database must be left out by whoever calls it: no worker may be woken.
 */
export const inDryRun = <Result>(db: Db, work: (run: DryRun) => Promise<Result>): Promise<Result> =>
  inRolledBackTransaction(db, async (tx) => {
    const before = await lastEventId(tx)
    return work({ tx, recorded: () => ownEvents(tx, before) })
  })

/** Ids are given out in order: what is recorded from now on has a higher one. */
export async function lastEventId(tx: Tx): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    select coalesce(pg_sequence_last_value(pg_get_serial_sequence('events', 'id')), 0)::text as id`.execute(
    tx,
  )
  return rows[0]!.id
}

/** Other transactions record events at the same time. */
async function ownEvents(tx: Tx, after: string): Promise<DispatchedEvent[]> {
  const { rows } = await sql<DispatchedEvent>`
    select e.*, ${SITE_SETTINGS} as site
      from events e join sites s on s.id = e.site_id
     where e.id > ${after} and e.xmin = pg_current_xact_id()::xid
     order by e.id`.execute(tx)
  return rows
}

/** The events that a request has recorded on a site after another event, in their order; also those in savepoints. */
export async function eventsOfRequest(
  tx: Tx,
  siteId: string,
  requestId: string,
  after: string,
): Promise<DispatchedEvent[]> {
  const { rows } = await sql<DispatchedEvent>`
    select e.*, ${SITE_SETTINGS} as site
      from events e join sites s on s.id = e.site_id
     where e.id > ${after} and e.site_id = ${siteId} and e.request_id = ${requestId}
     order by e.id`.execute(tx)
  return rows
}
