/** Table of contents: every event, and what follows from it. */
import type { Tx } from './db/database.ts'
import {
  giftEmail,
  grantEmail,
  linkEmail,
  type QueuedEmail,
  queueEmails,
  welcomeEmail,
} from './emails/email-reactions.ts'
import type { HeardEvent } from './events/dispatch-events.ts'
import type { EventType } from './events/events.ts'
import type { Jobs } from './jobs/queue.ts'

/** Decides what follows from an event; it may ask nothing but the event. */
type Reaction<Type extends EventType> = (event: HeardEvent<Type>) => QueuedEmail | null

const reactions: { [Type in EventType]: Reaction<Type>[] } = {
  contact_created: [],
  contact_updated: [],
  contact_deleted: [],
  customer_created: [welcomeEmail],
  offer_granted: [giftEmail, grantEmail],
  offer_revoked: [],
  access_expired: [],
  gift_redeemed: [],
  sign_in_link_requested: [linkEmail('sign_in')],
  password_link_requested: [linkEmail('password')],
  email_change_requested: [linkEmail('email_change')],
  password_changed: [],
}

/** Events that this version knows; a newer one beside it may record others. */
export const knownEvents = Object.keys(reactions) as EventType[]

/** Writes down, in the dispatcher's transaction, all that follows from these events. */
export async function react(jobs: Jobs, tx: Tx, events: HeardEvent[], now: Date): Promise<void> {
  const effects = events.flatMap((event) =>
    (reactions[event.type] as Reaction<EventType>[]).map((reaction) => reaction(event)),
  )
  await queueEmails(
    jobs,
    tx,
    effects.filter((effect) => effect !== null),
    now,
  )
}
