import { sql } from 'kysely'
import type { App } from '../app.ts'
import { inTransaction, type Tx } from '../db/database.ts'
import type { EmailKind } from '../emails/templates/index.ts'
import { enqueueEmails, type Jobs } from '../jobs/jobs.ts'
import type { Event, EventType } from './events.ts'

/** What listeners are told of an event: the event itself, and how its site is set. */
export type HeardEvent<Type extends EventType = EventType> = Event<Type> & {
  site: { send_offer_grant_email: boolean }
}

/** Something that must follow. */
export interface Effect {
  email: EmailKind
}

/** Decides what follows from an event; it may ask nothing but the event. */
export type Reaction<Type extends EventType = EventType> = (event: HeardEvent<Type>) => Effect | null

export type Reactions = { [Type in EventType]: Reaction<Type>[] }

const BATCH = 500

/**
 * Turns the oldest undispatched events into what follows from them, all in one transaction: the rows,
 * which are unique by their cause, the jobs, and the mark on the events. Any number of processes may do
 * this at once.
 *
 * @returns how many events there were; when as many as a batch, there may be more
 */
export async function dispatchEvents(app: App, jobs: Jobs, reactions: Reactions): Promise<number> {
  return inTransaction(app.db, async (tx) => {
    const events = await claimEvents(tx)
    if (events.length === 0) return 0
    const now = app.clock.now()
    const emails = events.flatMap((event) => {
      const effects = (reactions[event.type] as Reaction[]).map((react) => react(event))
      return effects.filter((effect) => effect !== null).map(({ email }) => ({ event, kind: email }))
    })
    await enqueueEmails(jobs, tx, await insertEmails(tx, emails, now))
    await sql`
      update events e set dispatched_at = ${now}
        from unnest(${events.map(({ site_id }) => site_id)}::bigint[], ${events.map(({ id }) => id)}::bigint[]) as d (site_id, id)
       where e.site_id = d.site_id and e.id = d.id`.execute(tx)
    return events.length
  })
}

async function claimEvents(tx: Tx): Promise<HeardEvent[]> {
  const { rows } = await sql<HeardEvent>`
    select e.*, json_build_object('send_offer_grant_email', s.send_offer_grant_email) as site
      from events e join sites s on s.id = e.site_id
     where e.dispatched_at is null
     order by e.id limit ${BATCH}
       for update of e skip locked`.execute(tx)
  return rows
}

async function insertEmails(tx: Tx, emails: { event: HeardEvent; kind: EmailKind }[], now: Date) {
  if (emails.length === 0) return []
  return tx
    .insertInto('emails')
    .values(
      emails.map(({ event, kind }) => ({
        site_id: event.site_id,
        kind,
        event_id: event.id,
        contact_id: event.contact_id!,
        created_at: now,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning(['site_id', 'id'])
    .execute()
}
