import { sql } from 'kysely'
import {
  extension,
  LIST_INDEX,
  MOST_DAYS,
  nullableInteger,
  related,
  text,
  timestamp,
  toOne,
} from '../../platform/jsonapi/field-types.ts'
import { choice, line, wholeNumber, writable } from '../../platform/jsonapi/fields.ts'
import { readId } from '../../platform/jsonapi/identifiers.ts'
import { invalidAttribute, type Values } from '../../platform/jsonapi/read-attributes.ts'
import { defineResource, type Row } from '../../platform/jsonapi/resource.ts'
import type { Records } from '../../platform/records/records.ts'
import { html } from '../pages/html-field.ts'
import { moduleRecords } from './modules.resource.ts'
import { inOrder, LESSONS, MEDIA, positionIn, sequenceRecords } from './sequence.ts'

const LONGEST_TITLE = 200
const PUBLISHING_OPTIONS = ['published', 'draft', 'drip', 'locked']

export const lessons = defineResource({
  type: 'lessons',
  singular: 'lesson',
  permittedWith: 'courses',
  description:
    'A lesson of a module: media and `body`, which is HTML. `drip_days` is required with the `publishing_option` `drip`.',
  from: sql`course_lessons r`,
  isArchivable: true,
  listed: LIST_INDEX,
  attributes: {
    title: writable(text(), line(LONGEST_TITLE), { required: true }),
    position: positionIn(LESSONS),
    status: text(),
    publishing_option: writable(text(), choice(PUBLISHING_OPTIONS)),
    body: writable(extension(text()), html),
    // With `drip`: so many days after access to the course begins.
    drip_days: writable(extension(nullableInteger()), wholeNumber(0, MOST_DAYS)),
    created_at: timestamp(),
    updated_at: timestamp(),
  },
  relationships: {
    module: toOne('modules', sql`r.module_id`),
    media: inOrder('media', MEDIA),
  },
  filters: {
    module_id: related(sql`r.module_id`, 'modules', 'Lessons of this module'),
    course_id: {
      ...related(sql`m.product_id`, 'courses', 'Lessons of this course'),
      build: (value) => ({
        where: sql`exists (select from course_modules m
          where m.site_id = r.site_id and m.id = r.module_id and m.product_id = ${readId(value)} and m.archived_at is null)`,
      }),
    },
  },
  filterable: { title: 'text', publishing_option: PUBLISHING_OPTIONS },
  sorts: { title: sql`r.title`, position: sql`r.position` },
  defaultSort: 'position',
  examples: { status: 'ready', publishing_option: 'published', drip_days: null },
})

const inSequence = sequenceRecords(LESSONS)

export const lessonRecords: Records = {
  resource: lessons,
  ...inSequence,
  parent: { relationship: 'module', column: 'module_id', rows: moduleRecords, isChangeable: true },
  complete(values, row, writing, siteId) {
    assertDripDays(values, row)
    return inSequence.complete(values, row, writing, siteId)
  },
}

/** @throws ApiError 422 for what shall open some days later, without their number; it points at what was sent */
function assertDripDays(values: Values, row: Row | null): void {
  if (values.publishing_option === undefined && values.drip_days === undefined) return
  const { publishing_option, drip_days = null } = { ...row, ...values }
  if (publishing_option !== 'drip' || drip_days !== null) return
  if (values.drip_days === null)
    throw invalidAttribute('drip_days', 'blank', "can't be blank while publishing_option is drip")
  throw invalidAttribute('publishing_option', 'missing_drip_days', 'can only be drip together with drip_days')
}
