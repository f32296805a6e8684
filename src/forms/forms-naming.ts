import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import type { Referrer } from '../platform/references/in-use.ts'
import type { ReferredType } from '../platform/references/referable.ts'

/** The forms of a site, not archived, that grant an offer or add a tag. */
export async function formsNaming(
  tx: Tx,
  siteId: string,
  type: ReferredType,
  id: string,
): Promise<Referrer[]> {
  if (type !== 'offers' && type !== 'contact_tags') return []
  const formIds =
    type === 'offers'
      ? sql`select form_id from form_offers where offer_id = ${id} and site_id = ${siteId}`
      : sql`select form_id from form_tags where tag_id = ${id} and site_id = ${siteId}`
  const { rows } = await sql<{ id: string; title: string }>`
    select id, title from forms
     where id in (${formIds}) and site_id = ${siteId} and archived_at is null
     order by id`.execute(tx)
  // As the relationships of a form are called.
  const what = type.replaceAll('_', ' ')
  return rows.map((form) => ({
    name: `the form "${form.title}" (${form.id})`,
    remedy: `Remove it from the ${what} of the form, or archive the form,`,
  }))
}
