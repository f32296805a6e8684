import { sql } from 'kysely'
import { Type } from 'typebox'
import { LIST_INDEX, nullableText, text, timestamp, toOne } from '../../platform/jsonapi/field-types.ts'
import { type Field, line, listOf, writable } from '../../platform/jsonapi/fields.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'
import type { Records } from '../../platform/records/records.ts'
import { FilterObjectSchema, parseFilterObject } from '../contacts/filter-object.ts'
import { checkRestored, completeSegment, MOST_COLUMNS } from './save-segment.ts'

const filterField: Field = {
  schema: FilterObjectSchema,
  form: 'an object of filters, such as {"subscribed": true}',
  read: (value) => parseFilterObject(value, ['data', 'attributes', 'filter']),
  fromText: readJson,
}

/** What is no JSON is refused as the text that it is. */
function readJson(given: string): unknown {
  try {
    return JSON.parse(given)
  } catch {
    return given
  }
}

export const segments = defineResource({
  type: 'segments',
  singular: 'segment',
  permittedWith: 'contacts',
  description:
    'A named set of filters of contacts. It has the contacts that the filters find at the moment; `sort` and `columns` say how a list of them is shown.',
  from: sql`segments r`,
  isArchivable: true,
  listed: LIST_INDEX,
  attributes: {
    name: writable(text(), line(), { required: true }),
    filter: writable({ schema: FilterObjectSchema }, filterField, { required: true }),
    sort: writable(nullableText(), line()),
    columns: writable(
      { schema: Type.Unsafe<string[] | null>({ type: ['array', 'null'], items: { type: 'string' } }) },
      listOf('names of attributes and relationships of contacts', MOST_COLUMNS),
    ),
    created_at: timestamp(),
    updated_at: timestamp(),
  },
  relationships: { site: toOne('sites', sql`r.site_id`) },
  filters: {},
  filterable: { name: 'text' },
  sorts: { name: sql`lower(r.name)` },
  defaultSort: 'name',
  examples: {
    name: 'New subscribers',
    filter: { subscribed: 'true', where: { any: [{ filter: 'created_in_last', value: '30' }] } },
    sort: '-created_at',
    columns: ['name', 'email', 'tags'],
  },
  nearMisses: [
    [
      /^\/(?:v1\/)?(?:views|saved_views|contact_segments)(\/.*)?$/,
      'Saved filters of contacts are at /v1/segments.',
    ],
  ],
})

export const segmentRecords: Records = {
  resource: segments,
  table: 'segments',
  unique: { segments_name: 'name' },
  complete: completeSegment,
  beforeRestore: checkRestored,
  referredToAs: 'segments',
}
