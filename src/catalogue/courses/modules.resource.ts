import { sql } from 'kysely'
import {
  LIST_INDEX,
  nullableText,
  related,
  text,
  timestamp,
  toOne,
} from '../../platform/jsonapi/field-types.ts'
import { choice, line, paragraphs, writable } from '../../platform/jsonapi/fields.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'
import type { Records } from '../../platform/records/records.ts'
import { pictureAddress } from '../own-files.ts'
import { courseRecords } from './courses.resource.ts'
import { inOrder, LESSONS, MODULES, positionIn, sequenceRecords } from './sequence.ts'

const PUBLISHING_OPTIONS = ['published', 'draft']

export const modules = defineResource({
  type: 'modules',
  singular: 'module',
  permittedWith: 'courses',
  description: 'A part of a course, which has lessons. Its title is unique in the course.',
  from: sql`course_modules r`,
  isArchivable: true,
  listed: LIST_INDEX,
  attributes: {
    title: writable(text(), line(), { required: true }),
    description: writable(nullableText(), paragraphs()),
    position: positionIn(MODULES),
    poster_image_url: pictureAddress(),
    publishing_option: writable(text(), choice(PUBLISHING_OPTIONS)),
    created_at: timestamp(),
    updated_at: timestamp(),
  },
  relationships: {
    course: toOne('courses', sql`r.product_id`),
    lessons: inOrder('lessons', LESSONS),
  },
  filters: { course_id: related(sql`r.product_id`, 'courses', 'Modules of this course') },
  filterable: { title: 'text', publishing_option: PUBLISHING_OPTIONS },
  sorts: { title: sql`r.title`, position: sql`r.position` },
  defaultSort: 'position',
  examples: { publishing_option: 'published' },
})

export const moduleRecords: Records = {
  resource: modules,
  ...sequenceRecords(MODULES),
  parent: { relationship: 'course', column: 'product_id', rows: courseRecords },
  unique: { course_modules_title: 'title' },
}
