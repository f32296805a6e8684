import { type RawBuilder, sql } from 'kysely'
import {
  nullableText,
  nullableTimestamp,
  oneOf,
  text,
  timestamp,
  toOne,
} from '../platform/jsonapi/field-types.ts'
import { timeOrDay, writable } from '../platform/jsonapi/fields.ts'
import { readId } from '../platform/jsonapi/identifiers.ts'
import { comparisons } from '../platform/jsonapi/operators.ts'
import { defineResource, type Filter, type Scope } from '../platform/jsonapi/resource.ts'
import { ofSites } from '../platform/jsonapi/select-rows.ts'

export const GRANT_SOURCES = ['api', 'cli', 'automation', 'inbound_url', 'form', 'import', 'demo']
const REVOKE_REASONS = ['revoked', 'replaced', 'expired', 'contact_deleted', 'merged']

/** Live grants and ended ones have an index each, which only a condition of their own finds. */
const liveOrEnded = (condition: RawBuilder<unknown>) =>
  sql`((r.revoked_at is null and ${condition}) or (r.revoked_at is not null and ${condition}))`

/** Each part from its index alone. */
function countOf(condition: RawBuilder<unknown>, { siteIds }: Scope): RawBuilder<unknown> {
  const those = sql`select count(*) from offer_grants r where ${ofSites({}, siteIds)} and ${condition}`
  return sql`select (${those} and r.revoked_at is null) + (${those} and r.revoked_at is not null) as count`
}

const ofContact = (contactId: string, { siteIds }: Scope) => sql`r.customer_id = any (array(
  select c.id from customers c
   where c.contact_id = ${readId(contactId)} and c.site_id = any (${siteIds}::bigint[])))`

const byReason: Filter = oneOf(sql`r.revoke_reason`, REVOKE_REASONS)

const HOW_TO_GRANT = 'Grant an offer with POST /v1/contacts/{id}/relationships/offers.'

export const grants = defineResource({
  type: 'grants',
  singular: 'grant',
  description:
    'A record of an offer given to a customer: its access period, who granted it, and how it ended. Live until it is revoked.',
  from: sql`offer_grants r`,
  attributes: {
    granted_at: timestamp(),
    starts_at: writable(timestamp(), timeOrDay, { when: 'update' }),
    expires_at: writable(nullableTimestamp(), timeOrDay, { when: 'update' }),
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
    contact_id: {
      description: 'Grants of this contact',
      refersTo: 'contacts',
      build: (value, scope) => ({ where: liveOrEnded(ofContact(value, scope)) }),
    },
    customer_id: {
      description: 'Grants of this customer',
      refersTo: 'customers',
      build: (value) => ({ where: liveOrEnded(sql`r.customer_id = ${readId(value)}`) }),
    },
    offer_id: {
      description: 'Grants of this offer',
      refersTo: 'offers',
      // The index of live grants by their offer is for what states this.
      build(value) {
        const isOfOffer = sql`r.offer_id = ${readId(value)} and r.offer_id > 0`
        return { where: liveOrEnded(isOfOffer), count: (scope) => countOf(isOfOffer, scope), isIndexed: true }
      },
    },
    revoke_reason: byReason,
    reason: { ...byReason, description: 'The same as filter[revoke_reason]' },
    source: oneOf(sql`r.source`, GRANT_SOURCES),
    // A grant is made when it is granted.
    ...comparisons('created_at', sql`r.granted_at`, 'time'),
  },
  filterable: { granted_by: 'text' },
  sorts: { granted_at: sql`r.granted_at`, created_at: sql`r.granted_at` },
  defaultSort: '-id',
  examples: { expires_at: '2027-01-31T23:59:59.000Z' },
  nearMisses: [[/^\/(?:v1\/)?grants(\/.*)?$/, HOW_TO_GRANT]],
  insteadOf: { POST: HOW_TO_GRANT },
})
