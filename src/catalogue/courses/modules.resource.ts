import { sql } from 'kysely'
import {
  LIST_INDEX,
  nullableText,
  related,
  text,
  timestamp,
  toMany,
  toOne,
} from '../../platform/jsonapi/field-types.ts'
import { choice, line, paragraphs, writable } from '../../platform/jsonapi/fields.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'
import type { Records } from '../../platform/records/records.ts'
import { pictureAddress } from '../own-files.ts'
import { courseRecords } from './courses.resource.ts'
import { positionIn, type Sequence, sequenceRecords } from './sequence.ts'

const sequence: Sequence = { table: 'course_modules', owner: 'product_id' }

export const modules = defineResource({
  type: 'modules',
  singular: 'module',
  permittedWith: 'courses',
  description: 'A part of a course, which has lessons. Its title is unique in the course.',
  from: sql`course_modules r`,
  listed: sql`r.archived_at is null and ${LIST_INDEX}`,
  attributes: {
    title: writable(text(), line(), { required: true }),
    description: writable(nullableText(), paragraphs()),
    position: positionIn(sequence),
    poster_image_url: pictureAddress(),
    publishing_option: writable(text(), choice(['published', 'draft'])),
    created_at: timestamp(),
    updated_at: timestamp(),
  },
  relationships: {
    course: toOne('courses', sql`r.product_id`),
    lessons: toMany(
      'lessons',
      (ids, { siteIds }) => sql`
        select module_id as owner_id, id from course_lessons
         where site_id = any (${siteIds}::bigint[]) and module_id = any (${ids}::bigint[]) and archived_at is null
         order by position, id`,
      { linkage: 'always' },
    ),
  },
  filters: { course_id: related(sql`r.product_id`, 'courses', 'Modules of this course') },
  filterable: { title: 'text', publishing_option: 'text' },
  sorts: { title: sql`r.title`, position: sql`r.position` },
  defaultSort: 'position',
  examples: { publishing_option: 'published' },
})

export const moduleRecords: Records = {
  resource: modules,
  ...sequenceRecords(sequence),
  parent: { relationship: 'course', column: 'product_id', rows: courseRecords },
  unique: { course_modules_title: 'title' },
}
