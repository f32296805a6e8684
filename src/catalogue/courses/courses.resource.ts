import { sql } from 'kysely'
import {
  contains,
  extension,
  LIST_INDEX,
  nullableText,
  oneOf,
  text,
  timestamp,
  toMany,
  toOne,
} from '../../platform/jsonapi/field-types.ts'
import { choice, line, paragraphs, writable } from '../../platform/jsonapi/fields.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'
import type { Records } from '../../platform/records/records.ts'
import { pictureAddress } from '../own-files.ts'
import { PUBLISH_STATUSES } from '../products/products.resource.ts'
import { inOrder, MODULES } from './sequence.ts'

/** A course is a product, with the same id: see docs/decisions/0017-courses.md. */
export const courses = defineResource({
  type: 'courses',
  singular: 'course',
  description: 'A product that is made of modules and lessons.',
  from: sql`products r`,
  where: sql`(r.product_type_name = 'Course'
    or exists (select from course_modules m where m.product_id = r.id and m.site_id = r.site_id))`,
  isArchivable: true,
  listed: LIST_INDEX,
  attributes: {
    created_at: timestamp(),
    title: writable(text(), line(), { required: true }),
    description: writable(nullableText(), paragraphs()),
    thumbnail_url: pictureAddress(),
    publish_status: writable(extension(text()), choice(PUBLISH_STATUSES)),
    updated_at: extension(timestamp()),
  },
  relationships: {
    site: toOne('sites', sql`r.site_id`),
    offers: toMany(
      'offers',
      (ids, { siteIds }) => sql`
        select op.product_id as owner_id, op.offer_id as id
          from offer_products op join offers o on o.id = op.offer_id and o.site_id = op.site_id
         where op.site_id = any (${siteIds}::bigint[]) and op.product_id = any (${ids}::bigint[]) and o.archived_at is null
         order by op.offer_id`,
      { linkage: 'always' },
    ),
    modules: inOrder('modules', MODULES),
    lessons: toMany(
      'lessons',
      (ids, { siteIds }) => sql`
        select m.product_id as owner_id, l.id
          from course_modules m join course_lessons l on l.module_id = m.id and l.site_id = m.site_id
         where m.site_id = any (${siteIds}::bigint[]) and m.product_id = any (${ids}::bigint[])
           and m.archived_at is null and l.archived_at is null
         order by m.position, m.id, l.position, l.id`,
      { linkage: 'always' },
    ),
  },
  filters: {
    title_cont: contains(sql`r.title`, 'Title contains'),
    description_cont: contains(sql`r.description`, 'Description contains'),
    publish_status_eq: oneOf(sql`r.publish_status`, PUBLISH_STATUSES),
  },
  filterable: { title: 'text', description: 'text' },
  sorts: { title: sql`r.title` },
  defaultSort: '-created_at',
})

export const courseRecords: Records = {
  resource: courses,
  table: 'products',
  complete: (values, row) => (row ? values : { ...values, product_type_name: 'Course' }),
  referredToAs: 'products',
}
