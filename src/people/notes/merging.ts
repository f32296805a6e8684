import type { Merging } from '../../platform/merging.ts'

/** Notes are about the other contact from now on. */
export const notesMerging: Merging = {
  name: 'notes',
  async move(tx, { siteId, from, into }) {
    const { numUpdatedRows } = await tx
      .updateTable('contact_notes')
      .set({ contact_id: into.contactId })
      .where('site_id', '=', siteId)
      .where('contact_id', '=', from.contactId)
      .executeTakeFirst()
    return Number(numUpdatedRows)
  },
}
