/** E-mails that ask somebody to confirm the submission of a form. They belong to no contact, but to their event. */
import { anyOf, type Db, type Tx } from '../platform/db/database.ts'
import { ERASED } from './personal-data.ts'

/** The content of these e-mails is erased; those that are pending are cancelled. */
export async function eraseConfirmationEmails(tx: Tx, siteId: string, eventIds: string[]): Promise<void> {
  await tx
    .updateTable('emails')
    .set(ERASED)
    .where('site_id', '=', siteId)
    .where('event_id', '=', anyOf(eventIds))
    .where('kind', '=', 'form_confirmation')
    .execute()
}

/** What is kept of these e-mails. */
export const confirmationEmails = (db: Db, siteId: string, eventIds: string[]) =>
  db
    .selectFrom('emails')
    .select([
      'event_id',
      'status',
      'to_name',
      'to_email',
      'subject',
      'text',
      'response',
      'created_at',
      'sent_at',
    ])
    .where('site_id', '=', siteId)
    .where('event_id', '=', anyOf(eventIds))
    .where('kind', '=', 'form_confirmation')
    .execute()
