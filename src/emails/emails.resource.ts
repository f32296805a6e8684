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
import { emailKinds, TEMPLATE_TEST } from './templates/index.ts'

export const EMAIL_STATUSES = ['pending', 'kept', 'sent', 'failed', 'cancelled'] as const

export const emails = defineResource({
  type: 'emails',
  singular: 'e-mail',
  description:
    'An e-mail in the outbox. The status is `pending`, then `sent`, `kept` (no mail server is configured), `failed` (permanently) or `cancelled`. In production its links do not work here: their secret part is only in the e-mail that was sent.',
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
    contact_id: related(sql`r.contact_id`, 'contacts', 'Sent to this contact'),
    customer_id: ofCustomer(sql`r.contact_id`, 'Sent to this customer'),
    event_id: related(sql`r.event_id`, 'events', 'Caused by this event'),
    run_id: related(sql`r.run_id`, 'automation_runs', 'Sent by this automation run'),
    reason: contains(sql`r.response`, 'The response of the mail server contains'),
    kind: oneOf(sql`r.kind`, [...emailKinds, TEMPLATE_TEST]),
    status: oneOf(sql`r.status`, EMAIL_STATUSES),
  },
  filterable: { to_email: 'email', subject: 'text', attempts: 'number' },
  sorts: {},
  defaultSort: '-created_at',
})
