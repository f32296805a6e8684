import { sql } from 'kysely'
import { anyOf, type Tx } from '../../platform/db/database.ts'

/** Which of these tags these contacts have, as "<contact> <tag>". */
export async function findTaggings(
  tx: Tx,
  siteId: string,
  contactIds: string[],
  tagIds: string[],
): Promise<Set<string>> {
  const { rows } = await sql<{ contact_id: string; tag_id: string }>`
    select contact_id, tag_id from taggings
     where site_id = ${siteId} and contact_id = ${anyOf(contactIds)} and tag_id = ${anyOf(tagIds)}`.execute(
    tx,
  )
  return new Set(rows.map(({ contact_id, tag_id }) => `${contact_id} ${tag_id}`))
}
