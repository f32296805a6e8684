import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import type { Origin } from '../../platform/events/events.ts'
import { originRow } from '../../platform/events/origin-row.ts'

/** Tags to add to a contact, or to remove. */
export interface TaggingChange {
  contactId: string
  tagIds: string[]
  origin: Origin
}

/** A tag that was added to or removed from a contact, and the event that records it. */
export interface ChangedTagging {
  contactId: string
  tagId: string
  eventId: string
  /** Which of the changes did it. */
  index: number
}

/**
 * Adds tags to contacts of a site, or removes them, and records one event for each real change. What is so
 * already is ignored, as are contacts that are deleted and tags that are archived or not of the site. Of
 * changes that say the same, the first does it.
 */
export async function changeTaggings(
  tx: Tx,
  mode: 'add' | 'remove',
  siteId: string,
  changes: TaggingChange[],
): Promise<ChangedTagging[]> {
  if (changes.length === 0) return []
  const { rows } = await sql<ChangedTagging>`
    with wanted as (
      select distinct on (w.contact_id, t.tag_id) w.*, t.tag_id
        from jsonb_to_recordset(${JSON.stringify(changes.map(asRow))}::jsonb)
             w (index integer, contact_id bigint, tag_ids bigint[], now timestamptz, origin jsonb)
       cross join unnest(w.tag_ids) t (tag_id)
       order by w.contact_id, t.tag_id, w.index
    ), present as materialized (
      -- The lock is shared with grants, and with nobody who deletes the contact.
      select c.id from contacts c
       where c.id in (select contact_id from wanted) and c.site_id = ${siteId} and c.deleted_at is null
         for key share
    ), possible as (
      select w.* from wanted w
        join present p on p.id = w.contact_id
        join contact_tags t on t.id = w.tag_id and t.site_id = ${siteId} and t.archived_at is null
       order by w.contact_id, w.tag_id
    ), changed as (
      ${mode === 'add' ? adding(siteId) : removing(siteId)}
    ), recorded as (
      select id, contact_id, (data ->> 'tag_id')::bigint as tag_id
        from record_events(array(
          select row(${siteId}, ${mode === 'add' ? 'tag_added' : 'tag_removed'}, p.now, p.origin, p.contact_id, cu.id,
                     null, null, jsonb_build_object('tag_id', p.tag_id::text))::new_event
            from possible p
            join changed using (contact_id, tag_id)
            left join customers cu on cu.contact_id = p.contact_id and cu.site_id = ${siteId}
           order by p.index, p.tag_id))
    )
    select p.contact_id as "contactId", p.tag_id as "tagId", r.id as "eventId", p.index
      from recorded r join possible p using (contact_id, tag_id)
     order by r.id`.execute(tx)
  return rows
}

const asRow = ({ contactId, tagIds, origin }: TaggingChange, index: number) => ({
  index,
  contact_id: contactId,
  tag_ids: tagIds,
  now: origin.now,
  origin: originRow(origin),
})

/** Whoever adds the same at the same moment is waited for, and then nothing is changed. */
const adding = (siteId: string) => sql`
  insert into taggings (site_id, contact_id, tag_id, tagged_at, tagged_by)
  select ${siteId}, p.contact_id, p.tag_id, p.now, p.origin ->> 'actor' from possible p
  on conflict do nothing
  returning contact_id, tag_id`

const removing = (siteId: string) => sql`
  delete from taggings t using possible p
   where t.contact_id = p.contact_id and t.tag_id = p.tag_id and t.site_id = ${siteId}
  returning t.contact_id, t.tag_id`
