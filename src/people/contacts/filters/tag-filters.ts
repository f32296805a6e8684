import { sql } from 'kysely'
import { readId } from '../../../platform/jsonapi/identifiers.ts'
import { commaSeparated } from '../../../platform/text/comma-separated.ts'
import type { Column, ContactFilters } from './contact-filter.ts'

const MOST_TAGS = 20

/** Archived tags stay on contacts and are not seen. */
const hasTag = (tagId: string, contact: Column) => sql`
  exists (select from taggings t join contact_tags ct on ct.site_id = t.site_id and ct.id = t.tag_id
           where t.site_id = ${contact('site_id')} and t.contact_id = ${contact('id')}
             and t.tag_id = ${readId(tagId)} and ct.archived_at is null)`

/** The ids in a value, each once. */
export const listedIds = (value: string): string[] => [...new Set(commaSeparated(value))]

export const tagFilters: ContactFilters = {
  has_tag_id: {
    description: 'Has this tag',
    refersTo: 'contact_tags',
    isSelective: true,
    build: (value, contact) => ({ where: hasTag(value, contact) }),
  },
  has_all_tag_id: {
    description: `Has all of these tags (comma-separated, at most ${MOST_TAGS})`,
    refersTo: 'contact_tags',
    isList: true,
    isSelective: true,
    build: (value, contact) => {
      const ids = listedIds(value)
      if (ids.length === 0 || ids.length > MOST_TAGS) {
        throw new Error(`must be 1 to ${MOST_TAGS} tag ids, separated by commas`)
      }
      const each = ids.map((id) => hasTag(id, contact))
      return { where: sql`(${sql.join(each, sql` and `)})` }
    },
  },
  has_no_tag_id: {
    description: 'Does not have this tag',
    refersTo: 'contact_tags',
    build: (value, contact) => ({ where: sql`not ${hasTag(value, contact)}` }),
  },
}
