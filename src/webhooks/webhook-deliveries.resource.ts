import { sql } from 'kysely'
import { Type } from 'typebox'
import { ofCustomer } from '../people/customers/of-customer.ts'
import {
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
import { hookEvents } from './hook-events.ts'

const DELIVERY_STATUSES = ['pending', 'delivered', 'failed', 'cancelled']

const nullable = (type: string) => Type.Unsafe({ type: [type, 'null'] })

const Attempts = Type.Array(
  Type.Object({
    number: Type.Integer(),
    begun_at: Type.String({ format: 'date-time' }),
    duration_ms: Type.Integer(),
    request: Type.Object({ url: Type.String(), headers: Type.Record(Type.String(), Type.String()) }),
    response_status: nullable('integer'),
    response_body: nullable('string'),
    error: nullable('string'),
  }),
)

const LAST_RESULT = sql`
  (select coalesce(a.error, a.response_status::text) from webhook_attempts a
    where a.delivery_id = r.id and a.site_id = r.site_id order by a.number desc limit 1)`

export const webhookDeliveries = defineResource({
  type: 'webhook_deliveries',
  singular: 'webhook delivery',
  permittedWith: 'hooks',
  description:
    'A notification of a hook about an event. The status is `pending` until the receiver accepts it, then `delivered`; `failed` after the last attempt; `cancelled` when the hook was disabled or deleted first. Each attempt has its request, its response (the first 20 kB) or its error.',
  from: sql`webhook_deliveries r`,
  listed: LIST_INDEX,
  attributes: {
    webhook_id: text(sql`'msg_' || r.site_id || '_' || r.id`),
    event: text(),
    status: text(),
    body: nullableText(),
    attempts: {
      schema: Attempts,
      select: sql`
        (select coalesce(jsonb_agg(jsonb_build_object(
                  'number', a.number, 'begun_at', ${isoTime(sql`a.begun_at`)},
                  'duration_ms', a.duration_ms, 'request', a.request, 'response_status', a.response_status,
                  'response_body', a.response_body, 'error', a.error) order by a.number), '[]')
           from webhook_attempts a where a.site_id = r.site_id and a.delivery_id = r.id)`,
    },
    next_attempt_at: nullableTimestamp(sql`r.due_at`),
    created_at: timestamp(),
    delivered_at: nullableTimestamp(),
    failed_at: nullableTimestamp(),
  },
  relationships: {
    hook: toOne('hooks', sql`r.hook_id`),
    contact: toOne('contacts', sql`r.contact_id`),
    site: toOne('sites', sql`r.site_id`),
  },
  filters: {
    hook_id: related(sql`r.hook_id`, 'hooks', 'To this hook'),
    contact_id: related(sql`r.contact_id`, 'contacts', 'About this contact'),
    customer_id: ofCustomer(sql`r.contact_id`, 'About this customer'),
    event_id: related(sql`r.event_id`, 'events', 'Caused by this event'),
    run_id: related(sql`r.run_id`, 'automation_runs', 'Caused by this automation run'),
    reason: {
      description:
        'How the last attempt failed: the name of the error or the status of the response, for example 500',
      build: (value) => ({ where: sql`${value} = ${LAST_RESULT}` }),
    },
    status: oneOf(sql`r.status`, DELIVERY_STATUSES),
    event: oneOf(sql`r.event`, hookEvents),
  },
  sorts: {},
  defaultSort: '-created_at',
})
