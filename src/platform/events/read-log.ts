/** The log of events, read as it grows. */
import { sql } from 'kysely'
import { anyOf, type Db } from '../db/database.ts'
import type { Event } from './events.ts'

const PAGE = 500
/** An event gets its id before its transaction commits: one may appear below another so much later. */
const LATE_MS = 15_000

/** The id of the last event of these sites; of the last before a time, when one is given. '0': there is none. */
export async function lastEventId(db: Db, siteIds: string[], before: Date | null): Promise<string> {
  const { rows } = await sql<{ id: string | null }>`
    select max(id) as id from events
     where site_id = ${anyOf(siteIds)} and (${before}::timestamptz is null or occurred_at < ${before})`.execute(
    db,
  )
  return rows[0]!.id ?? '0'
}

/** An event of these sites; null when there is none with this id. */
export async function findEvent(db: Db, siteIds: string[], id: string): Promise<Event | null> {
  const { rows } = await sql<Event>`
    select * from events where id = ${id} and site_id = ${anyOf(siteIds)}`.execute(db)
  return rows[0] ?? null
}

/**
 * Makes a reader that returns, at each call, the events of these sites that have come since: in the order of their ids,
 * except those that are committed late. None is left out, and none is returned twice.
 *
 * @param after the id of the event after which to begin
 */
export function followLog(db: Db, siteIds: string[], after: string): () => Promise<Event[]> {
  /** Ids above `after` that were returned, and when, on the clock of performance.now(). */
  const returned = new Map<string, number>()
  let newest = BigInt(after)
  return async () => {
    const { rows } = await sql<Event>`
      select * from events
       where site_id = ${anyOf(siteIds)} and id > ${String(newest)} and not (id = ${anyOf([...returned.keys()])})
       order by id limit ${PAGE}`.execute(db)
    const now = performance.now()
    for (const { id } of rows) returned.set(id, now)
    // Whatever is below one that was there so long ago would be there by now.
    for (const [id, at] of returned) if (now - at > LATE_MS && BigInt(id) > newest) newest = BigInt(id)
    for (const id of returned.keys()) if (BigInt(id) <= newest) returned.delete(id)
    return rows
  }
}
