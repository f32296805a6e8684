import type { PersonalData } from '../../platform/personal-data.ts'

export const notesData: PersonalData = {
  name: 'contact_notes',
  async erase(tx, { siteId, contactId }) {
    await tx
      .deleteFrom('contact_notes')
      .where('site_id', '=', siteId)
      .where('contact_id', '=', contactId)
      .execute()
  },
  export: ({ db }, { siteId, contactId }) =>
    db
      .selectFrom('contact_notes')
      .select(['id', 'body', 'created_at', 'updated_at'])
      .where('site_id', '=', siteId)
      .where('contact_id', '=', contactId)
      .orderBy('id')
      .execute(),
}
