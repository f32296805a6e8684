import { sql } from 'kysely'
import { contains, extension, integer, text, toOne } from '../../platform/jsonapi/field-types.ts'
import { line, writable } from '../../platform/jsonapi/fields.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'
import type { Records } from '../../platform/records/records.ts'

export const contactTags = defineResource({
  type: 'contact_tags',
  singular: 'contact tag',
  permittedWith: 'contacts',
  description:
    'A label for the contacts of a site. How many have it, `contacts_count`, is shown when `fields[contact_tags]` names it.',
  from: sql`contact_tags r`,
  isArchivable: true,
  attributes: {
    name: writable(text(), line(), { required: true }),
    contacts_count: {
      ...extension(
        integer(
          sql`(select count(*)::integer from taggings t where t.site_id = r.site_id and t.tag_id = r.id)`,
        ),
      ),
      onRequest: true,
    },
  },
  relationships: { site: toOne('sites', sql`r.site_id`) },
  filters: { name_cont: contains(sql`r.name`, 'Name contains') },
  filterable: { name: 'text', created_at: 'time', updated_at: 'time' },
  // Kajabi documents "email", which tags do not have.
  sorts: {
    name: sql`lower(r.name)`,
    email: sql`lower(r.name)`,
    created_at: sql`r.created_at`,
    updated_at: sql`r.updated_at`,
  },
  defaultSort: 'name',
  examples: { name: 'VIP' },
  nearMisses: [
    [
      /^\/(?:v1\/)?tags(\/.*)?$/,
      'Tags are at /v1/contact_tags, those of a contact at /v1/contacts/{id}/relationships/tags.',
    ],
  ],
})

export const contactTagRecords: Records = {
  resource: contactTags,
  table: 'contact_tags',
  unique: { contact_tags_name: 'name' },
  referredToAs: 'contact_tags',
}
