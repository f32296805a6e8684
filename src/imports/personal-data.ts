import { sql } from 'kysely'
import { readId } from '../platform/jsonapi/identifiers.ts'
import type { PersonalData } from '../platform/personal-data.ts'

/** Rows stay, without their cells. One that is pending is rejected then: it does not create the contact again. */
export const importsData: PersonalData = {
  name: 'import_rows',
  // Batches lock rows before the contacts that they are about.
  async lock(tx, siteIds, contactId) {
    await sql`
      select from import_rows where contact_id = ${readId(contactId)} and site_id = any (${siteIds}::bigint[])
       order by id for no key update`.execute(tx)
  },
  async erase(tx, { siteId, contactId, emails }) {
    await sql`
      update import_rows
         set cells = case when cells is not null then '[]'::jsonb end, person = null
       where site_id = ${siteId} and (contact_id = ${contactId} or person = any (${emails}::text[]))`.execute(
      tx,
    )
  },
  export: async ({ db }, { siteId, contactId, emails }) => {
    const { rows } = await sql`
      select r.import_id, r.line, r.status, r.detail, r.done_at, i.header, r.cells
        from import_rows r join imports i on i.id = r.import_id and i.site_id = r.site_id
       where r.site_id = ${siteId} and (r.contact_id = ${contactId} or r.person = any (${emails}::text[]))
       order by r.id`.execute(db)
    return rows
  },
}
