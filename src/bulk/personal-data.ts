import { sql } from 'kysely'
import type { PersonalData } from '../platform/personal-data.ts'

/**
 * Rows stay, without the address and the name. One that is pending then fails: it does not create the contact again.
 */
export const bulkData: PersonalData = {
  name: 'bulk_job_rows',
  // Batches lock rows before the contacts that they are about. Those that name one by its e-mail can still meet in a
  // deadlock, which is retried.
  async lock(tx, siteIds, contactId) {
    await sql`
      select from bulk_job_rows where contact_id = ${contactId} and site_id = any (${siteIds}::bigint[])
       order by id for no key update`.execute(tx)
  },
  async erase(tx, { siteId, contactId, email }) {
    await sql`
      update bulk_job_rows
         set email = null, name = null, contact_id = case when status <> 'pending' then contact_id end
       where site_id = ${siteId} and (contact_id = ${contactId} or email = ${email})`.execute(tx)
  },
  export: ({ db }, { siteId, contactId }) =>
    db
      .selectFrom('bulk_job_rows')
      .select(['job_id', 'position', 'email', 'name', 'status', 'detail', 'done_at'])
      .where('contact_id', '=', contactId)
      .where('site_id', '=', siteId)
      .orderBy('id')
      .execute(),
}
