import type { Merging } from '../platform/merging.ts'

/** E-mails that wait are sent to the other contact. */
export const emailsMerging: Merging = {
  name: 'emails',
  async move(tx, { siteId, from, into }) {
    const { numUpdatedRows } = await tx
      .updateTable('emails')
      .set({ contact_id: into.contactId })
      .where('site_id', '=', siteId)
      .where('contact_id', '=', from.contactId)
      .executeTakeFirst()
    return Number(numUpdatedRows)
  },
}
