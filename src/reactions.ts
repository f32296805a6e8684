/** Table of contents: the effects of events. platform/events/catalogue.ts lists them all. */
import { startRuns } from './automations/start-runs.ts'
import {
  accessEndingEmail,
  type ConsideredEmail,
  emailChangedEmail,
  formConfirmationEmail,
  giftEmail,
  grantEmail,
  hookDisabledEmail,
  linkEmail,
  passwordChangedEmail,
  paymentEmail,
  queueEmails,
  repeatedWelcomeEmail,
  userEmail,
  welcomeEmail,
} from './emails/email-reactions.ts'
import type { Tx } from './platform/db/database.ts'
import type { DispatchedEvent } from './platform/events/dispatch-events.ts'
import type { EventType } from './platform/events/events.ts'
import { queueDeliveries } from './webhooks/queue-deliveries.ts'

/** Decides which e-mail follows from an event; it may ask nothing but the event. */
type EmailReaction<Type extends EventType> = (event: DispatchedEvent<Type>) => ConsideredEmail | null

const emailReactions: { [Type in EventType]?: EmailReaction<Type>[] } = {
  customer_created: [welcomeEmail],
  welcome_email_requested: [repeatedWelcomeEmail],
  offer_granted: [giftEmail, grantEmail],
  access_ending: [accessEndingEmail],
  payment_overdue: [paymentEmail('payment_failed')],
  trial_ending: [paymentEmail('trial_ending')],
  sign_in_link_requested: [linkEmail('sign_in')],
  password_link_requested: [linkEmail('password')],
  email_change_requested: [linkEmail('email_change')],
  password_changed: [passwordChangedEmail],
  email_changed: [emailChangedEmail('email_changed'), emailChangedEmail('email_removed')],
  hook_disabled: [hookDisabledEmail],
  form_confirmation_requested: [formConfirmationEmail],
  user_invited: [userEmail('user_invitation')],
  user_password_link_requested: [userEmail('user_password')],
}

/**
 * Writes down, in the dispatcher's transaction, all that follows from these events: the e-mails listed above, and
 * what the site has set up for their types, automations and webhooks.
 */
export async function react(tx: Tx, events: DispatchedEvent[], now: Date): Promise<void> {
  await queueEmails(tx, events.flatMap(emailsAfter), now)
  await startRuns(tx, events, now)
  await queueDeliveries(tx, events, now)
}

/** The e-mails that follow from an event, and those that could and are not sent. */
export const emailsAfter = (event: DispatchedEvent): ConsideredEmail[] =>
  ((emailReactions[event.type] ?? []) as EmailReaction<EventType>[])
    .map((reaction) => reaction(event))
    .filter((email) => email !== null)
