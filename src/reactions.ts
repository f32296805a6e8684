/** Table of contents: every event, and who reacts to it. */
import { giftEmail, grantEmail, welcomeEmail } from './emails/reactions.ts'
import type { Reaction } from './events/dispatch-events.ts'
import type { EventType } from './events/events.ts'

export const reactions: { [Type in EventType]: Reaction<Type>[] } = {
  contact_created: [],
  contact_updated: [],
  contact_deleted: [],
  customer_created: [welcomeEmail],
  offer_granted: [giftEmail, grantEmail],
  offer_revoked: [],
  access_expired: [],
}
