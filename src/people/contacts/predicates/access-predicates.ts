import { type RawBuilder, sql } from 'kysely'
import { readId } from '../../../platform/jsonapi/identifiers.ts'
import type { Column, ContactPredicates } from './predicate.ts'

/** Grants of the person, as `h`, of which the condition is true; live ones or all. */
const hasGrant = (
  contact: Column,
  grants: 'holdings' | 'offer_grants',
  condition: RawBuilder<unknown>,
) => sql`
  exists (select from customers hc join ${sql.table(grants)} h on h.site_id = hc.site_id and h.customer_id = hc.id
           where hc.site_id = ${contact('site_id')} and hc.contact_id = ${contact('id')} and ${condition})`

/** Offers that somebody holds now: given by a grant that has not run out. */
const holds = (contact: Column, condition: RawBuilder<unknown>, now: Date) =>
  hasGrant(contact, 'holdings', sql`(h.expires_at is null or h.expires_at > ${now}) and ${condition}`)

const isOffer = (value: string) => sql`h.offer_id = ${readId(value)}`

const hasProduct = (value: string) => sql`
  exists (select from offer_products op
           where op.site_id = h.site_id and op.offer_id = h.offer_id and op.product_id = ${readId(value)})`

/** Offers that somebody held by a grant that has ended, even when nobody has closed it yet. */
const held = (contact: Column, condition: RawBuilder<unknown>, now: Date) =>
  // Two questions, since live grants and ended ones have an index each.
  sql`(${hasGrant(contact, 'offer_grants', sql`h.revoked_at is not null and ${condition}`)}
       or ${hasGrant(contact, 'holdings', sql`h.expires_at <= ${now} and ${condition}`)})`

/** What a contact can open, and why. */
export const accessPredicates: ContactPredicates = {
  has_offer_id: {
    description: 'Holds this offer, granted or purchased',
    refersTo: 'offers',
    test: (value, contact, { now }) => ({ where: holds(contact, isOffer(value), now) }),
  },
  has_no_offer_id: {
    description: 'Does not hold this offer',
    refersTo: 'offers',
    test: (value, contact, { now }) => ({ where: sql`not ${holds(contact, isOffer(value), now)}` }),
  },
  has_product_id: {
    description: 'Holds an offer with this product',
    refersTo: 'products',
    test: (value, contact, { now }) => ({ where: holds(contact, hasProduct(value), now) }),
  },
  has_active_product_id: {
    description: 'Holds an offer with this product, and access has begun',
    refersTo: 'products',
    test: (value, contact, { now }) => ({
      where: holds(contact, sql`h.starts_at <= ${now} and ${hasProduct(value)}`, now),
    }),
  },
  has_no_product_id: {
    description: 'Holds no offer with this product',
    refersTo: 'products',
    test: (value, contact, { now }) => ({ where: sql`not ${holds(contact, hasProduct(value), now)}` }),
  },
  previously_owned_product_id: {
    description: 'Held an offer with this product, and holds none now',
    refersTo: 'products',
    test: (value, contact, { now }) => ({
      where: sql`(${held(contact, hasProduct(value), now)} and not ${holds(contact, hasProduct(value), now)})`,
    }),
  },
}
