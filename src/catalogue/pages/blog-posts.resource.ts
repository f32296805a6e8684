import { sql } from 'kysely'
import {
  LIST_INDEX,
  nullableText,
  nullableTimestamp,
  text,
  texts,
  timestamp,
  toOne,
} from '../../platform/jsonapi/field-types.ts'
import { line, listOf, optionalParagraphs, time, writable } from '../../platform/jsonapi/fields.ts'
import { documentedComparisons } from '../../platform/jsonapi/operators.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'
import type { Records } from '../../platform/records/records.ts'
import { pictureAddress } from '../own-files.ts'
import { publicUrl, slug, slugRecords } from '../public-addresses.ts'
import { html } from './html-field.ts'

export const blogPosts = defineResource({
  type: 'blog_posts',
  singular: 'blog post',
  description: 'A post of the blog of a site.',
  from: sql`blog_posts r`,
  isArchivable: true,
  listed: LIST_INDEX,
  attributes: {
    title: writable(text(), line(), { required: true }),
    url: publicUrl(sql`'/blog/' || r.slug`),
    content: writable(text(), html),
    slug: slug(),
    page_title: writable(text(), { ...line(), keepsEmpty: true }),
    page_description: writable(text(), optionalParagraphs(1_000)),
    published_at: writable(nullableTimestamp(), time),
    created_at: timestamp(),
    updated_at: timestamp(),
    image_url: pictureAddress(),
    image_alt_text: writable(nullableText(), line(500)),
    tags: writable(texts(), listOf('tags', 100)),
  },
  relationships: { site: toOne('sites', sql`r.site_id`), blog: toOne('blogs', sql`r.site_id`) },
  filters: documentedComparisons(
    {
      title: 'text',
      content: 'text',
      slug: 'text',
      page_title: 'text',
      page_description: 'text',
      published_at: 'time',
      created_at: 'time',
      updated_at: 'time',
      image_url: 'text',
      image_alt_text: 'text',
      tags: 'texts',
    },
    ['eq', 'cont', 'not_eq', 'not_cont', 'start', 'end'],
  ),
  sorts: { title: sql`r.title`, slug: sql`r.slug`, published_at: sql`r.published_at` },
  defaultSort: '-created_at',
  examples: { slug: 'first-steps', content: '<p>Hello.</p>', tags: ['News'] },
})

export const blogPostRecords: Records = { resource: blogPosts, ...slugRecords('blog_posts') }
