/** Which events send which e-mail. The rules: docs/semantics.md. */
import { randomUUID } from 'node:crypto'
import type { Tx } from '../db/database.ts'
import type { HeardEvent } from '../events/dispatch-events.ts'
import type { EventType } from '../events/events.ts'
import { enqueue, type Jobs } from '../jobs/queue.ts'
import { emailQueue } from './email-queue.ts'
import type { EmailKind } from './templates/index.ts'

export interface QueuedEmail {
  kind: EmailKind
  cause: HeardEvent
}

type EmailReaction<Type extends EventType> = (event: HeardEvent<Type>) => QueuedEmail | null

/** Somebody became a customer, unless the request said that no welcome is wanted. */
export const welcomeEmail: EmailReaction<'customer_created'> = (event) =>
  event.data.send_welcome_email ? { kind: 'welcome', cause: event } : null

/** A gift offer was granted, also to somebody who is a customer already, whatever was said about the welcome. */
export const giftEmail: EmailReaction<'offer_granted'> = (event) =>
  event.data.is_gift ? { kind: 'gift', cause: event } : null

/** The request asked for a confirmation or, unless it declined one, the site always sends it. */
export const grantEmail: EmailReaction<'offer_granted'> = (event) =>
  (event.data.send_offer_grant_email ?? event.site.send_offer_grant_email)
    ? { kind: 'offer_grant', cause: event }
    : null

/** A link that a customer has asked for. Nothing is sent to an address that is nobody's. */
export const linkEmail =
  (kind: 'sign_in' | 'password' | 'email_change'): EmailReaction<EventType> =>
  (event) =>
    event.customer_id ? { kind, cause: event } : null

/** Adds e-mails to the outbox, with their jobs. Those that their cause has sent before are left out. */
export async function queueEmails(jobs: Jobs, tx: Tx, emails: QueuedEmail[], now: Date): Promise<void> {
  if (emails.length === 0) return
  const added = await tx
    .insertInto('emails')
    .values(
      emails.map(({ kind, cause }) => ({
        site_id: cause.site_id,
        kind,
        event_id: cause.id,
        contact_id: cause.contact_id!,
        created_at: now,
        job_id: randomUUID(),
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning(['site_id', 'id', 'job_id'])
    .execute()
  await enqueue(
    jobs,
    tx,
    emailQueue,
    added.map(({ site_id, id, job_id }) => ({ id: job_id!, data: { siteId: site_id, id } })),
  )
}
