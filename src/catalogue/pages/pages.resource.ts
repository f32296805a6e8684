/** Landing pages and the pages of the web site: what Kajabi shows of them is their title and address. */
import { sql } from 'kysely'
import {
  extension,
  LIST_INDEX,
  nullableTimestamp,
  parseBoolean,
  text,
  timestamp,
  toOne,
} from '../../platform/jsonapi/field-types.ts'
import { line, optionalParagraphs, time, writable } from '../../platform/jsonapi/fields.ts'
import { documentedComparisons } from '../../platform/jsonapi/operators.ts'
import { type Attribute, defineResource, type Filter } from '../../platform/jsonapi/resource.ts'
import type { Records } from '../../platform/records/records.ts'
import { publicUrl, slug, slugRecords } from '../public-addresses.ts'
import { html } from './html-field.ts'

const publishAt: Attribute = writable(nullableTimestamp(), time)

const common = {
  title: writable(text(), line(), { required: true }),
  slug: extension(slug()),
  content: writable(extension(text()), html),
  page_title: writable(extension(text()), { ...line(), keepsEmpty: true }),
  page_description: writable(extension(text()), optionalParagraphs(1_000)),
  created_at: timestamp(),
  updated_at: timestamp(),
}

const sorts = { title: sql`r.title`, publish_at: sql`r.publish_at` }
const examples = { slug: 'spring-course', content: '<h2>Begin today</h2>' }

const published: Filter = {
  description: 'true: published; false: not yet',
  build: (value, { now }) => ({
    where: sql`coalesce(r.publish_at <= ${now}, false) = ${parseBoolean(value)}`,
  }),
}

export const landingPages = defineResource({
  type: 'landing_pages',
  singular: 'landing page',
  description: 'A page of its own, for example to present an offer.',
  from: sql`landing_pages r`,
  isArchivable: true,
  listed: LIST_INDEX,
  attributes: { ...common, url: publicUrl(sql`'/landing/' || r.slug`), publish_at: publishAt },
  relationships: { site: toOne('sites', sql`r.site_id`) },
  filters: {
    published,
    ...documentedComparisons({ title: 'text', publish_at: 'time', created_at: 'time', updated_at: 'time' }, [
      'eq',
      'cont',
      'not_eq',
      'not_cont',
      'gt',
      'gte',
      'lt',
      'lte',
      'start',
      'end',
    ]),
  },
  filterable: { slug: 'text' },
  sorts,
  defaultSort: '-created_at',
  examples,
})

export const websitePages = defineResource({
  type: 'website_pages',
  singular: 'website page',
  description: 'A page of the web site of a site, for example “About”.',
  from: sql`website_pages r`,
  isArchivable: true,
  listed: LIST_INDEX,
  attributes: {
    ...common,
    url: publicUrl(sql`'/pages/' || r.slug`),
    publish_at: extension(publishAt),
  },
  relationships: { site: toOne('sites', sql`r.site_id`) },
  filters: { published: { ...published, extension: true } },
  filterable: { title: 'text', slug: 'text' },
  sorts,
  defaultSort: '-created_at',
  examples,
})

export const landingPageRecords: Records = { resource: landingPages, ...slugRecords('landing_pages') }
export const websitePageRecords: Records = { resource: websitePages, ...slugRecords('website_pages') }
