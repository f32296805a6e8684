/** Which events send which e-mail. The rules: docs/semantics.md. */
import type { Tx } from '../platform/db/database.ts'
import type { DispatchedEvent } from '../platform/events/dispatch-events.ts'
import type { EventType } from '../platform/events/events.ts'
import { addToOutbox } from './add-to-outbox.ts'
import type { EmailKind, UserEmailKind } from './templates/index.ts'

/** Why an e-mail that could follow from an event is not sent: the change says so, or the settings of the site. */
export type Omission = 'declined' | 'off_on_site'

/** An e-mail that follows from an event, or that could. */
export interface ConsideredEmail {
  kind: EmailKind
  cause: DispatchedEvent
  /** Left out: it is sent. */
  omitted?: Omission
}

/** Null: the event has nothing to do with the e-mail. */
type EmailReaction<Type extends EventType> = (event: DispatchedEvent<Type>) => ConsideredEmail | null

/** Somebody became a customer, unless the request said that no welcome is wanted. */
export const welcomeEmail: EmailReaction<'customer_created'> = (event) => ({
  kind: 'welcome',
  cause: event,
  ...(!event.data.send_welcome_email && { omitted: 'declined' }),
})

/** Somebody is to get the welcome again. */
export const repeatedWelcomeEmail: EmailReaction<'welcome_email_requested'> = (event) => ({
  kind: 'welcome',
  cause: event,
})

/** A gift offer was granted, also to somebody who is a customer already, whatever was said about the welcome. */
export const giftEmail: EmailReaction<'offer_granted'> = (event) =>
  event.data.is_gift ? { kind: 'gift', cause: event } : null

/** The request asked for a confirmation or, unless it declined one, the site always sends it. */
export const grantEmail: EmailReaction<'offer_granted'> = (event) => ({
  kind: 'offer_grant',
  cause: event,
  ...omission(event.data.send_offer_grant_email, event.site.send_offer_grant_email),
})

/** @param wanted by the change; null: it does not say */
const omission = (wanted: boolean | null, isOnAtSite: boolean): Pick<ConsideredEmail, 'omitted'> =>
  (wanted ?? isOnAtSite) ? {} : { omitted: wanted === null ? 'off_on_site' : 'declined' }

/** Access will end, and the site announces it by e-mail. */
export const accessEndingEmail: EmailReaction<'access_ending'> = (event) => ({
  kind: 'access_ending',
  cause: event,
  ...omission(null, event.site.send_access_ending_email),
})

/** A payment is still due, or will be after a trial. */
export const paymentEmail =
  (kind: 'payment_failed' | 'trial_ending'): EmailReaction<'payment_overdue' | 'trial_ending'> =>
  (event) => ({ kind, cause: event })

/** A link that a customer has asked for. Nothing is sent to an address that is nobody's. */
export const linkEmail =
  (kind: 'sign_in' | 'password' | 'email_change'): EmailReaction<EventType> =>
  (event) =>
    event.customer_id ? { kind, cause: event } : null

/** The password of a member was replaced. The first one that somebody chooses changes nothing. */
export const passwordChangedEmail: EmailReaction<'password_changed'> = (event) =>
  event.data.had_password ? { kind: 'password_changed', cause: event } : null

/** The address of a member changed: both the new and the previous address are notified. */
export const emailChangedEmail =
  (kind: 'email_changed' | 'email_removed'): EmailReaction<'email_changed'> =>
  (event) => ({ kind, cause: event })

/** A hook was disabled automatically: the owner of the account is notified. */
export const hookDisabledEmail: EmailReaction<'hook_disabled'> = (event) => ({
  kind: 'hook_disabled',
  cause: event,
})

/** A form with double opt-in was submitted. */
export const formConfirmationEmail: EmailReaction<'form_confirmation_requested'> = (event) => ({
  kind: 'form_confirmation',
  cause: event,
})

/** A link for a user of the account, or for who is to become one. */
export const userEmail =
  (kind: UserEmailKind): EmailReaction<EventType> =>
  (event) => ({ kind, cause: event })

/** Adds to the outbox what these events send. */
export async function queueEmails(tx: Tx, emails: ConsideredEmail[], now: Date): Promise<void> {
  const sent = emails.filter(({ omitted }) => omitted === undefined)
  const added = sent.map(({ kind, cause: { site_id, id, contact_id } }) => ({
    site_id,
    kind,
    event_id: id,
    contact_id,
  }))
  await addToOutbox(tx, added, now)
}
