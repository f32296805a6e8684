import { sql } from 'kysely'
import { Type } from 'typebox'
import { ofCustomer } from '../people/customers/of-customer.ts'
import {
  integer,
  isoTime,
  LIST_INDEX,
  nullableText,
  nullableTimestamp,
  oneOf,
  related,
  text,
  timestamp,
  toOne,
} from '../platform/jsonapi/field-types.ts'
import { defineResource } from '../platform/jsonapi/resource.ts'

const RUN_STATUSES = ['active', 'completed', 'stopped', 'failed'] as const

const Step = Type.Object({
  position: Type.Integer(),
  action: Type.String(),
  state: Type.Union([Type.Literal('done'), Type.Literal('skipped')]),
  detail: Type.Record(Type.String(), Type.Unknown()),
  done_at: Type.String({ format: 'date-time' }),
})

export const automationRuns = defineResource({
  type: 'automation_runs',
  singular: 'automation run',
  permittedWith: 'automations',
  description:
    'An automation in progress for one contact, started by an event, with its finished steps. The status is `active`, then `completed`, `stopped` (with a `reason`) or `failed` (permanently).',
  from: sql`automation_runs r`,
  listed: LIST_INDEX,
  attributes: {
    status: text(),
    reason: nullableText(),
    version: integer(),
    event_id: text(sql`r.event_id::text`),
    depth: integer(),
    steps: { schema: Type.Array(Step), select: stepsOf() },
    due_at: nullableTimestamp(),
    attempts: integer(),
    error: nullableText(),
    created_at: timestamp(),
    ended_at: nullableTimestamp(),
  },
  relationships: {
    automation: toOne('automations', sql`r.automation_id`),
    contact: toOne('contacts', sql`r.contact_id`),
    site: toOne('sites', sql`r.site_id`),
  },
  filters: {
    automation_id: related(sql`r.automation_id`, 'automations', 'Runs of this automation'),
    contact_id: related(sql`r.contact_id`, 'contacts', 'Runs for this contact'),
    customer_id: ofCustomer(sql`r.contact_id`, 'Runs for this customer'),
    status: oneOf(sql`r.status`, RUN_STATUSES),
    event_id: related(sql`r.event_id`, 'events', 'Started by this event'),
  },
  filterable: { reason: 'text', error: 'text', attempts: 'number' },
  sorts: {},
  defaultSort: '-created_at',
})

function stepsOf() {
  return sql`(
    select coalesce(jsonb_agg(jsonb_build_object(
             'position', s.position, 'action', s.action, 'state', s.state, 'detail', s.detail,
             'done_at', ${isoTime(sql`s.done_at`)}) order by s.position), '[]')
      from automation_run_steps s where s.run_id = r.id and s.site_id = r.site_id)`
}
