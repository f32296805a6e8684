import type { Db } from '../../platform/db/database.ts'
import { deleteAnswers } from '../../platform/http/idempotency.ts'
import { erasedColumns, readShown } from '../../platform/jsonapi/personal-attributes.ts'
import type { PersonalData } from '../../platform/personal-data.ts'
import { deleteExternalIds } from '../external-ids/external-ids.ts'
import { aliasesOf } from './aliases-of.ts'
import { contacts } from './contacts.resource.ts'

/** Of custom fields, those that are archived too. */
async function keptValues(db: Db, siteId: string, contactId: string): Promise<object> {
  const { custom } = await db
    .selectFrom('contacts')
    .select('custom')
    .where('site_id', '=', siteId)
    .where('id', '=', contactId)
    .executeTakeFirstOrThrow()
  return custom as object
}

/** The row stays, without what describes the person. Its addresses are free then. */
export const contactsData: PersonalData = {
  name: 'contact',
  async erase(tx, { siteId, contactId }, { actor, now }) {
    await tx
      .updateTable('contacts')
      .set({ ...erasedColumns(contacts), custom: '{}', deleted_at: now, updated_at: now, deleted_by: actor })
      .where('site_id', '=', siteId)
      .where('id', '=', contactId)
      .execute()
    await tx
      .deleteFrom('contact_aliases')
      .where('site_id', '=', siteId)
      .where('contact_id', '=', contactId)
      .execute()
    await deleteExternalIds(tx, siteId, contactId)
    await deleteAnswers(tx, siteId, { type: 'contacts', id: contactId })
  },
  export: async (app, { siteId, contactId }) => ({
    ...(await readShown(app, contacts, siteId, contactId)),
    ...(await keptValues(app.db, siteId, contactId)),
    aliases: await aliasesOf(app.db, siteId, contactId),
  }),
}
