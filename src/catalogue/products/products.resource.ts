import { sql } from 'kysely'
import { Type } from 'typebox'
import {
  contains,
  derived,
  equals,
  LIST_INDEX,
  nullableText,
  text,
  timestamp,
  toOne,
} from '../../platform/jsonapi/field-types.ts'
import { choice, line, paragraphs, writable } from '../../platform/jsonapi/fields.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'
import type { Records } from '../../platform/records/records.ts'
import { pictureAddress } from '../own-files.ts'

/** Of products, and of courses, which are some of them. */
export const PUBLISH_STATUSES = ['draft', 'published'] as const

/** What Kajabi calls the productizable type; of most products it is the name of their type. */
const CLASS = sql`coalesce(r.class_name, r.product_type_name)`

export const products = defineResource({
  type: 'products',
  singular: 'product',
  description: 'The content that members open: a course, a community, a download.',
  from: sql`products r`,
  isArchivable: true,
  listed: LIST_INDEX,
  attributes: {
    created_at: timestamp(),
    title: writable(text(), line(), { required: true }),
    description: writable(nullableText(), paragraphs()),
    status: text(),
    members_aggregate_count: {
      schema: Type.Integer(),
      select: ({ now }) => sql`(select count(distinct h.customer_id)::int from offer_products op
                     -- Looked up for each offer: no index serves a join with grants and purchases together.
                     cross join lateral (select customer_id, starts_at, expires_at from holdings
                                          where site_id = op.site_id and offer_id = op.offer_id offset 0) h
                    where op.site_id = r.site_id and op.product_id = r.id
                      and h.starts_at <= ${now} and (h.expires_at is null or h.expires_at > ${now}))`,
    },
    product_type_name: writable(text(), line(100)),
    product_type_id: derived<string>({ schema: Type.Integer() }, Number),
    publish_status: writable(text(), choice(PUBLISH_STATUSES)),
    thumbnail_url: pictureAddress(),
    url: derived<string>(
      nullableText(
        sql`(select '/s/' || s.subdomain || '/products/' || r.id from sites s where s.id = r.site_id)`,
      ),
      (path, { baseUrl }) => baseUrl + path,
    ),
  },
  relationships: { site: toOne('sites', sql`r.site_id`) },
  filters: {
    title_cont: contains(sql`r.title`, 'Title contains'),
    description_cont: contains(sql`r.description`, 'Description contains'),
    status_eq: equals(sql`r.status`, 'Status is'),
    exclude_product_types: {
      description:
        'Excludes these classes, for example `Courses::CohortCourse`; may be repeated as `filter[exclude_product_types][]`',
      build: (value) => ({
        where: sql`${CLASS} <> all (${value.split(',').map((name) => name.trim())}::text[])`,
      }),
    },
  },
  filterable: {
    title: 'text',
    description: 'text',
    status: 'text',
    publish_status: PUBLISH_STATUSES,
    updated_at: 'time',
  },
  sorts: {
    title: sql`r.title`,
    // Of a text of any length, what fits into a cursor.
    description: sql`left(r.description, 200)`,
    status: sql`r.status`,
    updated_at: sql`r.updated_at`,
  },
  defaultSort: '-created_at',
})

export const productRecords: Records = { resource: products, table: 'products', referredToAs: 'products' }
