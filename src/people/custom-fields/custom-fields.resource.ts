import { sql } from 'kysely'
import {
  boolean,
  contains,
  extension,
  nullableText,
  oneOf,
  parseBoolean,
  text,
  toOne,
} from '../../platform/jsonapi/field-types.ts'
import { choice, flag, line, matching, paragraphs, writable } from '../../platform/jsonapi/fields.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'
import type { Records } from '../../platform/records/records.ts'
import { assertRoom, completeField } from './save-field.ts'
import { FIELD_TYPES } from './value-types.ts'

export const customFields = defineResource({
  type: 'custom_fields',
  singular: 'custom field',
  permittedWith: 'contacts',
  description: 'A further attribute of the contacts of a site. Its handle is the name of the attribute.',
  from: sql`custom_fields r`,
  isArchivable: true,
  attributes: {
    title: writable(text(), line(), { required: true }),
    handle: writable(
      text(sql`'custom_' || r.number`),
      matching(/^custom_[1-9]\d{0,3}$/, 'custom_1 to custom_9999'),
      { when: 'create' },
    ),
    type: writable(text(), choice(FIELD_TYPES), { when: 'create' }),
    required: writable(boolean(), flag),
    // Kajabi has it, too.
    archived: boolean(sql`r.archived_at is not null`),
    select_options: writable(extension(nullableText()), paragraphs()),
  },
  relationships: { site: toOne('sites', sql`r.site_id`) },
  filters: {
    title_cont: contains(sql`r.title`, 'Title contains'),
    type_eq: oneOf(sql`r.type`, FIELD_TYPES),
    required_eq: {
      description: 'Required on forms: true or false',
      build: (value) => ({ where: sql`r.required = ${parseBoolean(value)}` }),
    },
  },
  filterable: { title: 'text', created_at: 'time', updated_at: 'time' },
  sorts: {
    title: sql`lower(r.title)`,
    handle: sql`r.number`,
    type: sql`r.type`,
    required: sql`r.required`,
    created_at: sql`r.created_at`,
    updated_at: sql`r.updated_at`,
  },
  defaultSort: 'handle',
  examples: { title: 'Favorite song', handle: 'custom_1', type: 'TextField', select_options: null },
  nearMisses: [
    [
      /^\/(?:v1\/)?(?:contact_|customer_)?fields(\/.*)?$/,
      'The custom fields of contacts are at /v1/custom_fields.',
    ],
  ],
})

export const customFieldRecords: Records = {
  resource: customFields,
  table: 'custom_fields',
  beforeRestore: (field, { tx }) => assertRoom(tx, field.site_id),
  unique: { custom_fields_number: 'handle' },
  complete: completeField,
}
