import type { Merging } from '../platform/merging.ts'

/** Those that wait for a confirmation have no contact yet, and find it by their address. */
export const submissionsMerging: Merging = {
  name: 'form_submissions',
  async move(tx, { siteId, from, into }) {
    const { numUpdatedRows } = await tx
      .updateTable('form_submissions')
      .set({ contact_id: into.contactId })
      .where('site_id', '=', siteId)
      .where('contact_id', '=', from.contactId)
      .executeTakeFirst()
    return Number(numUpdatedRows)
  },
}
