import { sql } from 'kysely'
import { Type } from 'typebox'
import {
  integer,
  nullableText,
  nullableTimestamp,
  oneOf,
  personal,
  related,
  text,
  toOne,
} from '../platform/jsonapi/field-types.ts'
import { defineResource } from '../platform/jsonapi/resource.ts'
import { bulkKinds } from './kinds.ts'
import { FAILED } from './row-failure.ts'

const STATUSES = ['pending', ...Object.values(bulkKinds).flatMap(({ outcomes }) => outcomes), FAILED]

/** `GET /v1/bulk_jobs/{id}/rows` */
export const bulkJobRows = defineResource({
  type: 'bulk_job_rows',
  singular: 'row of a bulk job',
  permittedWith: 'bulk_jobs',
  hasAddress: false,
  description:
    'What became of each row, in the order of the request. The `status` is `pending` until the row is processed. Of a `failed` row, `code` and `detail` are those that the API returns for one contact; of others, `result` lists what was changed, with the ids of grants and events.',
  from: sql`bulk_job_rows r`,
  attributes: {
    position: integer(),
    email: personal(nullableText()),
    name: personal(nullableText()),
    status: text(),
    code: nullableText(),
    detail: nullableText(),
    result: {
      schema: Type.Unsafe<object | null>({ type: ['object', 'null'], additionalProperties: true }),
    },
    done_at: nullableTimestamp(),
  },
  relationships: { contact: toOne('contacts', sql`r.contact_id`) },
  filters: {
    status: oneOf(sql`r.status`, STATUSES),
    contact_id: related(sql`r.contact_id`, 'contacts', 'Rows about this contact'),
  },
  filterable: { email: 'email', code: 'text', position: 'number' },
  sorts: {},
  defaultSort: 'id',
  examples: {
    status: 'granted',
    code: null,
    detail: null,
    result: { offers: [{ id: '3', status: 'granted', grant_id: '42', event_id: '97' }] },
  },
})
