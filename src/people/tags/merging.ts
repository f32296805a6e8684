import { sql } from 'kysely'
import type { Merging } from '../../platform/merging.ts'

/** The contact has the tags of both; no tag was added by anybody, and none is recorded as added. */
export const tagsMerging: Merging = {
  name: 'tags',
  async move(tx, { siteId, from, into }) {
    const { numAffectedRows } = await sql`
      with moved as (
        delete from taggings where contact_id = ${from.contactId} and site_id = ${siteId} returning *
      )
      insert into taggings (site_id, contact_id, tag_id, tagged_at, tagged_by)
      select site_id, ${into.contactId}, tag_id, tagged_at, tagged_by from moved
      on conflict do nothing`.execute(tx)
    return Number(numAffectedRows)
  },
}
