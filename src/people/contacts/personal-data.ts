import { deleteAnswers } from '../../platform/http/idempotency.ts'
import { erasedColumns, readShown } from '../../platform/jsonapi/personal-attributes.ts'
import type { PersonalData } from '../../platform/personal-data.ts'
import { contacts } from './contacts.resource.ts'

/** Answers of these are kept for repetitions, with what they show of the contact. */
const ROUTES = ['POST /v1/contacts', 'PATCH /v1/contacts/{id}']

/** The row stays, without what describes the person. */
export const contactsData: PersonalData = {
  name: 'contact',
  async erase(tx, { siteId, contactId }, { actor, now }) {
    await tx
      .updateTable('contacts')
      .set({ ...erasedColumns(contacts), deleted_at: now, updated_at: now, deleted_by: actor })
      .where('site_id', '=', siteId)
      .where('id', '=', contactId)
      .execute()
    await deleteAnswers(tx, siteId, ROUTES, { type: 'contacts', id: contactId })
  },
  export: (app, { siteId, contactId }) => readShown(app, contacts, siteId, contactId),
}
