import { sql } from 'kysely'
import { Type } from 'typebox'
import { IMPORT_KINDS } from '../platform/auth/permissions.ts'
import {
  boolean,
  integer,
  LIST_INDEX,
  nullableText,
  nullableTimestamp,
  oneOf,
  text,
  timestamp,
  toOne,
} from '../platform/jsonapi/field-types.ts'
import { defineResource } from '../platform/jsonapi/resource.ts'
import type { Rows } from '../platform/records/lock-one.ts'

export const IMPORT_STATUSES = ['receiving', 'ready', 'pending', 'running', 'completed', 'cancelled'] as const

const Columns = Type.Array(
  Type.Object({
    column: Type.String(),
    field: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
    examples: Type.Array(Type.String(), { description: 'Of the first five rows' }),
  }),
)

/** The first rows are shown until they have been imported. */
const COLUMNS = sql`(
  select coalesce(jsonb_agg(jsonb_build_object('column', h.name, 'field', r.fields -> (h.place::int - 1),
                                               'examples', coalesce(e.cells, '[]')) order by h.place), '[]')
    from jsonb_array_elements_text(r.header) with ordinality h (name, place)
    left join lateral (
      select jsonb_agg(w.cells -> (h.place::int - 1) order by w.position) filter (where w.cells ->> (h.place::int - 1) <> '')
             as cells
        from import_rows w
       where w.import_id = r.id and w.site_id = r.site_id and w.position <= 5 and w.cells is not null) e on true)`

export const imports = defineResource({
  type: 'imports',
  singular: 'import',
  description:
    'A file that is imported in the background: `receiving`, then `ready` if it waits to be started, `pending`, `running`, and `completed`, or `cancelled` with a `reason`. `done` of `total` rows are processed, `progress` of them in percent; `counts` has their numbers by status. With `dry_run` it says what it would do, and can be started then.',
  from: sql`imports r`,
  listed: LIST_INDEX,
  attributes: {
    kind: text(),
    status: text(),
    reason: nullableText(),
    dry_run: boolean(sql`r.is_dry_run`),
    file_name: text(),
    columns: { schema: Columns, select: () => COLUMNS },
    settings: { schema: Type.Record(Type.String(), Type.Unknown()) },
    findings: { schema: Type.Record(Type.String(), Type.Unknown()) },
    total: integer(),
    done: integer(),
    rejected: integer(),
    counts: { schema: Type.Record(Type.String(), Type.Integer()) },
    progress: integer(sql`case when r.total = 0 then 0 else 100 * r.done::bigint / r.total end::integer`),
    actor: text(),
    created_at: timestamp(),
    updated_at: timestamp(),
    started_at: nullableTimestamp(),
    finished_at: nullableTimestamp(),
  },
  relationships: { site: toOne('sites', sql`r.site_id`) },
  filters: {
    kind: oneOf(sql`r.kind`, IMPORT_KINDS),
    status: oneOf(sql`r.status`, IMPORT_STATUSES),
  },
  filterable: { rejected: 'number', total: 'number', actor: 'text', file_name: 'text' },
  sorts: {},
  defaultSort: '-created_at',
  links: ({ id }): Record<string, string> => ({ rows: `/v1/imports/${id}/rows` }),
  examples: {
    kind: 'contacts',
    status: 'running',
    file_name: 'contacts.csv',
    columns: [{ column: 'Email', field: 'email', examples: ['ada@example.com'] }],
    settings: { notify: false, subscribe: false, date_order: 'month_first', form_id: null },
    findings: { created: { contact_tags: ['VIP'] }, ambiguous: [], left_out: [] },
    total: 1_000,
    done: 420,
    rejected: 2,
    counts: { created: 400, changed: 18, rejected: 2 },
    progress: 42,
    finished_at: null,
  },
})

export const importRecords: Rows = { resource: imports, table: 'imports', ending: null }
