import { sql } from 'kysely'
import { contains, text, toOne } from '../../platform/jsonapi/field-types.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'

export const contactTags = defineResource({
  type: 'contact_tags',
  singular: 'contact tag',
  permittedWith: 'contacts',
  description: 'A label for the contacts of a site.',
  from: sql`contact_tags r`,
  listed: sql`r.archived_at is null`,
  attributes: { name: text() },
  relationships: { site: toOne('sites', sql`r.site_id`) },
  filters: { name_cont: contains(sql`r.name`, 'Name contains') },
  filterable: { name: 'text', created_at: 'time' },
  // Kajabi documents "email", which tags do not have.
  sorts: { name: sql`lower(r.name)`, email: sql`lower(r.name)`, created_at: sql`r.created_at` },
  defaultSort: 'name',
})
