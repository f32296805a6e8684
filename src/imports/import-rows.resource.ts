import { sql } from 'kysely'
import { Type } from 'typebox'
import {
  integer,
  nullableText,
  nullableTimestamp,
  oneOf,
  related,
  text,
  toOne,
} from '../platform/jsonapi/field-types.ts'
import { defineResource } from '../platform/jsonapi/resource.ts'

export const ROW_STATUSES = ['pending', 'created', 'changed', 'unchanged', 'merged', 'rejected'] as const

/** `GET /v1/imports/{id}/rows` */
export const importRows = defineResource({
  type: 'import_rows',
  singular: 'row of an import',
  permittedWith: 'imports',
  hasAddress: false,
  description:
    'What became of each row of a file, or would become of it in a dry run, in the order of the file. The `status` is `pending` until the row is processed; a row about somebody whom an earlier row is about is `merged` with it. Of a `rejected` row, `code`, `detail` and `column` say why; of others, `result` lists what was changed. `email` is whom the file says the row is about; once it is imported, that is the `contact`.',
  from: sql`import_rows r`,
  attributes: {
    position: integer(),
    line: integer(),
    email: nullableText(sql`r.person`),
    status: text(),
    code: nullableText(),
    column: nullableText(sql`r.column_name`),
    detail: nullableText(),
    result: {
      schema: Type.Unsafe<object | null>({ type: ['object', 'null'], additionalProperties: true }),
    },
    done_at: nullableTimestamp(),
  },
  relationships: { contact: toOne('contacts', sql`r.contact_id`) },
  filters: {
    status: oneOf(sql`r.status`, ROW_STATUSES),
    contact_id: related(sql`r.contact_id`, 'contacts', 'Rows about this contact'),
  },
  filterable: { code: 'text', position: 'number', line: 'number' },
  sorts: {},
  defaultSort: 'id',
  examples: {
    email: 'ada@example',
    status: 'rejected',
    code: 'invalid',
    column: 'Email',
    detail: 'It is not an e-mail address.',
    result: null,
  },
})
