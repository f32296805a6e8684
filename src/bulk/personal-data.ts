import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import { deleteAnswers } from '../platform/http/idempotency.ts'
import { containing } from '../platform/jsonapi/field-types.ts'
import { readId } from '../platform/jsonapi/identifiers.ts'
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
      select from bulk_job_rows where contact_id = ${readId(contactId)} and site_id = any (${siteIds}::bigint[])
       order by id for no key update`.execute(tx)
  },
  async erase(tx, { siteId, contactId, emails }) {
    await sql`
      update bulk_job_rows
         set email = null, name = null, contact_id = case when status <> 'pending' then contact_id end
       where site_id = ${siteId} and (contact_id = ${contactId} or email = any (${emails}::text[]))`.execute(
      tx,
    )
    await eraseFilters(tx, siteId, emails)
  },
  export: ({ db }, { siteId, contactId, emails }) =>
    db
      .selectFrom('bulk_job_rows')
      .select(['job_id', 'position', 'email', 'name', 'status', 'detail', 'done_at'])
      .where('site_id', '=', siteId)
      .where((row) => row.or([row('contact_id', '=', contactId), row('email', 'in', emails)]))
      .orderBy('id')
      .execute(),
}

/** A filter that looked for one of these addresses. */
async function eraseFilters(tx: Tx, siteId: string, emails: string[]): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    update bulk_jobs set filter = '{"erased": true}'
     where site_id = ${siteId} and filter::text ilike any (${emails.map(containing)}::text[])
    returning id`.execute(tx)
  for (const { id } of rows) await deleteAnswers(tx, siteId, { type: 'bulk_jobs', id })
}
