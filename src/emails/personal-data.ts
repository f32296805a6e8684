import { sql } from 'kysely'
import type { PersonalData } from '../platform/personal-data.ts'

/** What an e-mail becomes whose recipient is erased. */
export const ERASED = {
  status: sql<string>`case status when 'pending' then 'cancelled' else status end`,
  due_at: null,
  sending_until: null,
  to_name: null,
  to_email: null,
  subject: null,
  html: null,
  layout_hash: null,
  slots: null,
  text: null,
  response: null,
}

/** That an e-mail was sent stays; one that is pending is cancelled. */
export const emailsData: PersonalData = {
  name: 'emails',
  async erase(tx, { siteId, contactId }) {
    await tx
      .updateTable('emails')
      .set(ERASED)
      .where('site_id', '=', siteId)
      .where('contact_id', '=', contactId)
      .execute()
  },
  export: ({ db }, { siteId, contactId }) =>
    db
      .selectFrom('emails')
      .select(['id', 'kind', 'status', 'to_name', 'to_email', 'subject', 'text', 'response', 'created_at'])
      .select('sent_at')
      .where('site_id', '=', siteId)
      .where('contact_id', '=', contactId)
      .orderBy('id')
      .execute(),
}
