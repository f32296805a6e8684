import { type RawBuilder, sql } from 'kysely'
import { readId } from '../../../platform/jsonapi/identifiers.ts'
import type { Column, ContactFilters } from './contact-filter.ts'

/** Whether the contact has a grant, as `h`, that meets the condition; of the live ones or of all. */
const hasGrant = (
  contact: Column,
  grants: 'holdings' | 'offer_grants',
  condition: RawBuilder<unknown>,
) => sql`
  exists (select from customers hc join ${sql.table(grants)} h on h.site_id = hc.site_id and h.customer_id = hc.id
           where hc.site_id = ${contact('site_id')} and hc.contact_id = ${contact('id')} and ${condition})`

/** Whether the contact holds an offer now, by a grant that has not expired. */
const holds = (contact: Column, condition: RawBuilder<unknown>, now: Date) =>
  hasGrant(contact, 'holdings', sql`(h.expires_at is null or h.expires_at > ${now}) and ${condition}`)

const isOffer = (value: string) => sql`h.offer_id = ${readId(value)}`

const hasProduct = (value: string) => sql`
  exists (select from offer_products op
           where op.site_id = h.site_id and op.offer_id = h.offer_id and op.product_id = ${readId(value)})`

/** Whether the contact held an offer by a grant that has ended: revoked, or expired though not yet closed. */
const held = (contact: Column, condition: RawBuilder<unknown>, now: Date) =>
  // Two subqueries, because live grants and ended ones have an index each.
  sql`(${hasGrant(contact, 'offer_grants', sql`h.revoked_at is not null and ${condition}`)}
       or ${hasGrant(contact, 'holdings', sql`h.expires_at <= ${now} and ${condition}`)})`

/** Filters by the offers and products that a contact has. */
export const accessFilters: ContactFilters = {
  has_offer_id: {
    description: 'Holds this offer, granted or purchased',
    refersTo: 'offers',
    isSelective: true,
    build: (value, contact, { now }) => ({ where: holds(contact, isOffer(value), now) }),
  },
  has_no_offer_id: {
    description: 'Does not hold this offer',
    refersTo: 'offers',
    build: (value, contact, { now }) => ({ where: sql`not ${holds(contact, isOffer(value), now)}` }),
  },
  has_product_id: {
    description: 'Holds an offer with this product',
    refersTo: 'products',
    build: (value, contact, { now }) => ({ where: holds(contact, hasProduct(value), now) }),
  },
  has_active_product_id: {
    description: 'Holds an offer with this product, and access has begun',
    refersTo: 'products',
    build: (value, contact, { now }) => ({
      where: holds(contact, sql`h.starts_at <= ${now} and ${hasProduct(value)}`, now),
    }),
  },
  has_no_product_id: {
    description: 'Holds no offer with this product',
    refersTo: 'products',
    build: (value, contact, { now }) => ({ where: sql`not ${holds(contact, hasProduct(value), now)}` }),
  },
  previously_owned_product_id: {
    description: 'Held an offer with this product, and holds none now',
    refersTo: 'products',
    build: (value, contact, { now }) => ({
      where: sql`(${held(contact, hasProduct(value), now)} and not ${holds(contact, hasProduct(value), now)})`,
    }),
  },
}
