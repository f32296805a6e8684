import { sql } from 'kysely'
import { anyOf, type Tx } from '../../platform/db/database.ts'
import type { Origin } from '../../platform/events/events.ts'
import { notFound } from '../../platform/jsonapi/errors.ts'
import type { Contact } from '../contacts/contacts.resource.ts'
import { changeTaggings } from './change-taggings.ts'

export type TagMode = 'add' | 'remove' | 'replace'

/** What a request says of the tags of a contact. */
export interface WantedTags {
  mode: TagMode
  tagIds: string[]
  /** JSON Pointer to the list of them in the document. */
  pointer: string
}

/** Ids of tags: those that the contact has now, and those that were added or removed. */
export interface TagsOutcome {
  tags: string[]
  added: string[]
  removed: string[]
}

/**
 * Adds tags to a contact, removes them, or makes them its only ones: all of it or nothing.
 *
 * @param contact new or locked: whoever changes its tags at the same moment waits, so that of two replacements one
 *   comes last
 * @throws ApiError 404 that points at a tag that is unknown or archived
 */
export async function changeTagsOfContact(
  tx: Tx,
  { id: contactId, site_id: siteId }: Pick<Contact, 'id' | 'site_id'>,
  { mode, tagIds, pointer }: WantedTags,
  origin: Origin,
): Promise<TagsOutcome> {
  await assertLiving(tx, siteId, tagIds, pointer)
  const change = async (kind: 'add' | 'remove', ids: string[]) => {
    const changed = await changeTaggings(tx, kind, siteId, [{ contactId, tagIds: ids, origin }])
    return changed.map(({ tagId }) => tagId)
  }
  const leaving =
    mode === 'replace' ? (await tagsOf(tx, siteId, contactId)).filter((id) => !tagIds.includes(id)) : tagIds
  const removed = mode === 'add' ? [] : await change('remove', leaving)
  const added = mode === 'remove' ? [] : await change('add', tagIds)
  return { tags: await tagsOf(tx, siteId, contactId), added, removed }
}

/** The locks keep the tags from being archived before this is done. */
async function assertLiving(tx: Tx, siteId: string, tagIds: string[], pointer: string): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from contact_tags
     where id = ${anyOf(tagIds)} and site_id = ${siteId} and archived_at is null
       for share`.execute(tx)
  const living = new Set(rows.map(({ id }) => id))
  const index = tagIds.findIndex((id) => !living.has(id))
  if (index < 0) return
  throw notFound(
    'There is no contact tag with this id on the site, or it is archived. Nothing was changed.',
    {
      pointer: `${pointer}/${index}`,
    },
  )
}

async function tagsOf(tx: Tx, siteId: string, contactId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select t.tag_id as id from taggings t join contact_tags ct on ct.id = t.tag_id and ct.site_id = t.site_id
     where t.contact_id = ${contactId} and t.site_id = ${siteId} and ct.archived_at is null
     order by t.tag_id`.execute(tx)
  return rows.map(({ id }) => id)
}
