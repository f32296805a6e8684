import { sql } from 'kysely'
import { Type } from 'typebox'
import { ofCustomer } from '../people/customers/of-customer.ts'
import {
  contains,
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
import { emailKinds } from './templates/index.ts'

export const EMAIL_STATUSES = ['pending', 'kept', 'sent', 'failed', 'cancelled'] as const

export const emails = defineResource({
  type: 'emails',
  singular: 'e-mail',
  description:
    'An e-mail that was or would be sent: `pending` until it is handed over, `kept` when no mail server is set, `sent`, `failed` for good, or `cancelled`. In production links in it do not work: what makes them work is only in what was sent.',
  from: sql`emails r`,
  listed: LIST_INDEX,
  attributes: {
    kind: text(),
    status: text(),
    to_name: nullableText(),
    to_email: nullableText(),
    subject: nullableText(),
    html: nullableText(sql`email_html(r)`),
    text: nullableText(),
    attempts: { schema: Type.Integer() },
    response: nullableText(),
    created_at: timestamp(),
    sent_at: nullableTimestamp(),
    failed_at: nullableTimestamp(),
  },
  relationships: {
    contact: toOne('contacts', sql`r.contact_id`),
    site: toOne('sites', sql`r.site_id`),
  },
  filters: {
    contact_id: related(sql`r.contact_id`, 'contacts', 'To this contact'),
    customer_id: ofCustomer(sql`r.contact_id`, 'To this customer'),
    event_id: related(sql`r.event_id`, 'events', 'Caused by this event'),
    run_id: related(sql`r.run_id`, 'automation_runs', 'Sent by this run of an automation'),
    reason: contains(sql`r.response`, 'The mail server’s words contain'),
    kind: oneOf(sql`r.kind`, emailKinds),
    status: oneOf(sql`r.status`, EMAIL_STATUSES),
  },
  filterable: { to_email: 'email', subject: 'text', attempts: 'number' },
  sorts: {},
  defaultSort: '-created_at',
})
