import { sql } from 'kysely'
import { Type } from 'typebox'
import { BULK_KINDS } from '../platform/auth/permissions.ts'
import {
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

export const JOB_STATUSES = ['pending', 'running', 'completed', 'cancelled'] as const

const Members = Type.Record(Type.String(), Type.Unknown())

export const bulkJobs = defineResource({
  type: 'bulk_jobs',
  singular: 'bulk job',
  description:
    'The same change for many contacts, processed in the background: `pending`, `running`, then `completed`, or `cancelled` with a `reason`. `done` of `total` rows are processed, `progress` of them in percent; `counts` has their numbers by status.',
  from: sql`bulk_jobs r`,
  listed: LIST_INDEX,
  attributes: {
    kind: text(),
    status: text(),
    reason: nullableText(),
    settings: { schema: Members },
    filter: { schema: Type.Unsafe<object | null>({ type: ['object', 'null'], additionalProperties: true }) },
    total: integer(),
    done: integer(),
    failed: integer(),
    counts: { schema: Type.Record(Type.String(), Type.Integer()) },
    progress: integer(sql`case when r.total = 0 then 100 else 100 * r.done::bigint / r.total end::integer`),
    actor: text(),
    created_at: timestamp(),
    updated_at: timestamp(),
    started_at: nullableTimestamp(),
    finished_at: nullableTimestamp(),
  },
  relationships: { site: toOne('sites', sql`r.site_id`) },
  filters: {
    kind: oneOf(sql`r.kind`, BULK_KINDS),
    status: oneOf(sql`r.status`, JOB_STATUSES),
  },
  filterable: { failed: 'number', total: 'number', actor: 'text' },
  sorts: {},
  defaultSort: '-created_at',
  links: ({ id }): Record<string, string> => ({ rows: `/v1/bulk_jobs/${id}/rows` }),
  examples: {
    kind: 'grants',
    status: 'running',
    settings: { offer_ids: ['3'] },
    filter: null,
    total: 1_000,
    done: 420,
    failed: 2,
    counts: { granted: 410, already_granted: 8, failed: 2 },
    progress: 42,
    finished_at: null,
  },
})

export const jobRows: Rows = { resource: bulkJobs, table: 'bulk_jobs', ending: null }
