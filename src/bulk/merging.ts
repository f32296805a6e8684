import { sql } from 'kysely'
import type { Merging } from '../platform/merging.ts'
import { bulkData } from './personal-data.ts'

/** Rows name the other contact from now on, also those that wait. */
export const bulkMerging: Merging = {
  name: 'bulk_job_rows',
  async lock(tx, siteId, contactIds) {
    for (const contactId of contactIds) await bulkData.lock!(tx, [siteId], contactId)
  },
  async move(tx, { siteId, from, into }) {
    const { numAffectedRows } = await sql`
      update bulk_job_rows set contact_id = ${into.contactId}
       where contact_id = ${from.contactId} and site_id = ${siteId}`.execute(tx)
    return Number(numAffectedRows)
  },
}
