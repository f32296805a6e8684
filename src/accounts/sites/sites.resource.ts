import { sql } from 'kysely'
import { contains, text, timestamp } from '../../platform/jsonapi/field-types.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'

export const sites = defineResource({
  type: 'sites',
  singular: 'site',
  description: 'A creator’s web site, with its own contacts, customers, offers and products.',
  from: sql`sites r`,
  site: sql`r.id`,
  attributes: { title: text(), subdomain: text(), created_at: timestamp(), updated_at: timestamp() },
  relationships: {},
  filters: {
    title_cont: contains(sql`r.title`, 'Title contains'),
    subdomain_cont: contains(sql`r.subdomain`, 'Subdomain contains'),
  },
  filterable: { title: 'text', subdomain: 'text' },
  sorts: { title: sql`r.title`, subdomain: sql`r.subdomain` },
  defaultSort: '-created_at',
})
