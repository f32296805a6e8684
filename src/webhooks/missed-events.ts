import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import { confinedIdOf, type Event } from '../platform/events/events.ts'
import type { Hook } from './hook-attributes.ts'
import { eventTypesFor, hookEventsOf } from './hook-events.ts'

type MissedEvent = Pick<Event, 'id' | 'type' | 'contact_id' | 'offer_id' | 'data'> & {
  site_id: string
  dispatched_at: string
}

/** Events that are read in a statement: those of every site, since no index has them by time. */
const WINDOW = 50_000

/**
 * Events of the log, since a time and since the hook was created, that the hook never got: they happened while it was
 * disabled. The oldest first. Reads in the order of the log, and takes no lock.
 *
 * @param most stops when it has found so many
 */
export async function missedEvents(tx: Tx, hook: Hook, since: Date, most: number): Promise<MissedEvent[]> {
  const types = eventTypesFor(hook.event)
  if (types.length === 0) return []
  const from = new Date(Math.max(since.getTime(), hook.created_at.getTime()))
  const found: MissedEvent[] = []
  for (let after: string | null = await lastEventBefore(tx, from); after !== null && found.length < most; ) {
    const window: Window = await readWindow(tx, hook, types, from, after)
    found.push(...window.events.filter((event) => isFor(hook, event)))
    after = window.last
  }
  return found.slice(0, most)
}

const isFor = ({ event: name, resource_id }: Hook, event: MissedEvent) =>
  hookEventsOf(event).includes(name) && (resource_id === null || resource_id === confinedIdOf(event))

interface Window {
  events: MissedEvent[]
  /** Id of the last event that was looked at; null at the end of the log. */
  last: string | null
}

async function readWindow(
  tx: Tx,
  { id, site_id }: Hook,
  types: string[],
  from: Date,
  after: string,
): Promise<Window> {
  const { rows } = await sql<{ events: MissedEvent[] | null; last: string | null }>`
    with part as materialized (
      select * from events where id > ${after} order by id limit ${WINDOW}
    ), missed as (
      select e.site_id::text, e.id::text, e.type, e.contact_id::text, e.offer_id::text, e.data, e.dispatched_at
        from part e
       where e.site_id = ${site_id} and e.type = any (${types}::text[]) and e.occurred_at >= ${from}
         and e.dispatched_at is not null
         and not exists (select from webhook_deliveries d
                          where d.event_id = e.id and d.hook_id = ${id} and d.site_id = e.site_id and d.run_id is null)
         and not exists (select from removed_deliveries d
                          where d.event_id = e.id and d.hook_id = ${id} and d.site_id = e.site_id and d.was_delivered)
    )
    select (select json_agg(m order by m.id::bigint) from missed m) as events,
           (select max(id) from part having count(*) = ${WINDOW}) as last`.execute(tx)
  const [{ events, last }] = rows as [(typeof rows)[0]]
  return { events: events ?? [], last }
}

/** Their ids and their times differ in order by what transactions take. */
const DISORDER_MS = 600_000

/** The id of an event before this time, and not long before; found by halving, as the ids ascend with time. */
async function lastEventBefore(tx: Tx, time: Date): Promise<string> {
  const bound = new Date(time.getTime() - DISORDER_MS)
  const { rows } = await sql<{ last: string | null }>`select max(id) as last from events`.execute(tx)
  let [low, high] = [0n, BigInt(rows[0]!.last ?? 0)]
  while (low < high) {
    const middle = (low + high + 1n) / 2n
    const { rows: at } = await sql<{ isBefore: boolean }>`
      select occurred_at < ${bound} as "isBefore" from events where id >= ${middle} order by id limit 1`.execute(
      tx,
    )
    if (at[0]?.isBefore) low = middle
    else high = middle - 1n
  }
  return String(low)
}

/**
 * Records the deliveries that the hook would have had, as cancelled when it would have had them. The hook is locked:
 * what it got meanwhile is left out.
 */
export async function recordMissed(tx: Tx, hook: Hook, missed: MissedEvent[]): Promise<void> {
  if (missed.length === 0) return
  await sql`
    insert into webhook_deliveries (site_id, hook_id, event, event_id, contact_id, status, created_at)
    select ${hook.site_id}, ${hook.id}, ${hook.event}, m.id, m.contact_id, 'cancelled', m.dispatched_at
      from jsonb_to_recordset(${JSON.stringify(missed)}::jsonb) m (id bigint, contact_id bigint, dispatched_at timestamptz)
     order by m.id
    on conflict do nothing`.execute(tx)
}
