import type { Merging } from '../platform/merging.ts'
import { automationsData } from './personal-data.ts'

/** Runs go on with the other contact. */
export const runsMerging: Merging = {
  name: 'automation_runs',
  async lock(tx, siteId, contactIds) {
    for (const contactId of contactIds) await automationsData.lock!(tx, [siteId], contactId)
  },
  async move(tx, { siteId, from, into }) {
    const { numUpdatedRows } = await tx
      .updateTable('automation_runs')
      .set({ contact_id: into.contactId })
      .where('site_id', '=', siteId)
      .where('contact_id', '=', from.contactId)
      .executeTakeFirst()
    return Number(numUpdatedRows)
  },
}
