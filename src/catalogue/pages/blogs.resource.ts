import { sql } from 'kysely'
import { text, timestamp, toOne } from '../../platform/jsonapi/field-types.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'
import { publicUrl } from '../public-addresses.ts'

/** Kajabi names the blog of a post, and has no operation that shows it. A site has one, with the same id. */
export const blogs = defineResource({
  type: 'blogs',
  singular: 'blog',
  permittedWith: 'blog_posts',
  description: 'The blog of a site, which has its posts.',
  // The columns of a row that belongs to a site.
  from: sql`(select id, id as site_id, title, created_at, updated_at from sites where archived_at is null) r`,
  attributes: {
    title: text(),
    url: publicUrl(sql`'/blog'`),
    created_at: timestamp(),
    updated_at: timestamp(),
  },
  relationships: { site: toOne('sites', sql`r.site_id`) },
  filters: {},
  filterable: { title: 'text' },
  sorts: { title: sql`r.title` },
  defaultSort: 'id',
})
