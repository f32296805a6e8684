import { sql } from 'kysely'
import { nullableText, nullableTimestamp, related, text, timestamp, toOne } from '../jsonapi/describe.ts'
import { defineResource } from '../jsonapi/resource.ts'

export const grants = defineResource({
  type: 'grants',
  singular: 'grant',
  description:
    'That a customer was given an offer: from when until when, by whom, and how it ended. It is live until it is revoked.',
  from: sql`offer_grants r`,
  attributes: {
    granted_at: timestamp(),
    starts_at: timestamp(),
    expires_at: nullableTimestamp(),
    revoked_at: nullableTimestamp(),
    revoke_reason: nullableText(),
    source: text(),
    granted_by: text(),
    redeemed_at: nullableTimestamp(),
  },
  relationships: {
    site: toOne('sites', sql`r.site_id`),
    offer: toOne('offers', sql`r.offer_id`),
    customer: toOne('customers', sql`r.customer_id`),
  },
  filters: {
    customer_id: related(sql`r.customer_id`, 'customers', 'Of this customer'),
    offer_id: related(sql`r.offer_id`, 'offers', 'Of this offer'),
  },
  sorts: { granted_at: sql`r.granted_at` },
  defaultSort: '-granted_at',
})
