import type { Merging } from '../platform/merging.ts'

/** Deliveries that wait show the other contact. */
export const deliveriesMerging: Merging = {
  name: 'webhook_deliveries',
  async move(tx, { siteId, from, into }) {
    const { numUpdatedRows } = await tx
      .updateTable('webhook_deliveries')
      .set({ contact_id: into.contactId })
      .where('site_id', '=', siteId)
      .where('contact_id', '=', from.contactId)
      .executeTakeFirst()
    return Number(numUpdatedRows)
  },
}
