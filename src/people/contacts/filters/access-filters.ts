import { type RawBuilder, sql } from 'kysely'
import { readId } from '../../../platform/jsonapi/identifiers.ts'
import type { FilterSql, Scope } from '../../../platform/jsonapi/resource.ts'
import type { Column, ContactFilters } from './contact-filter.ts'

/** Rows as `h` that give access, grants and purchases looked up separately: no index serves a join with both. */
const GRANTS = sql`(
  select site_id, customer_id, offer_id, starts_at, expires_at from offer_grants where revoked_at is null)`
const PURCHASES = sql`(
  select site_id, customer_id, offer_id, effective_start_at as starts_at, deactivated_at as expires_at
    from purchases where closed_at is null)`
const ENDED_GRANTS = sql`(select site_id, customer_id, offer_id from offer_grants where revoked_at is not null)`

type Sql = RawBuilder<unknown>

/** Whether a contact has such a row that meets the condition: SQL that suits lists, and that suits given contacts. */
type Has = Pick<FilterSql, 'where'> & { whereOfGiven: Sql }

const hasOne = (contact: Column, rows: Sql, condition: Sql): Sql => sql`
  exists (select from customers hc join ${rows} h on h.site_id = hc.site_id and h.customer_id = hc.id
           where hc.site_id = ${contact('site_id')} and hc.contact_id = ${contact('id')} and ${condition})`

const owners = (rows: Sql, condition: Sql, { siteIds }: Scope): Sql => sql`
  select hc.contact_id, hc.site_id from customers hc join ${rows} h on h.site_id = hc.site_id and h.customer_id = hc.id
   where hc.site_id = any (${siteIds}::bigint[]) and ${condition}`

/** Whether the contact has access, by a grant or a purchase, that meets the condition. */
const hasAccess = (contact: Column, condition: Sql, scope: Scope): Has => ({
  where: sql`(${contact('id')}, ${contact('site_id')}) in (
    ${owners(GRANTS, condition, scope)} union all ${owners(PURCHASES, condition, scope)})`,
  whereOfGiven: sql`(${hasOne(contact, GRANTS, condition)} or ${hasOne(contact, PURCHASES, condition)})`,
})

const not = ({ where, whereOfGiven }: Has): Has => ({
  where: sql`not ${where}`,
  whereOfGiven: sql`not ${whereOfGiven}`,
})

/** Whether the contact holds an offer now, by a grant or a purchase that has not expired. */
const holds = (contact: Column, condition: Sql, scope: Scope): Has =>
  hasAccess(contact, sql`(h.expires_at is null or h.expires_at > ${scope.now}) and ${condition}`, scope)

const isOffer = (value: string) => sql`h.offer_id = ${readId(value)}`

const hasProduct = (value: string) => sql`
  exists (select from offer_products op
           where op.site_id = h.site_id and op.offer_id = h.offer_id and op.product_id = ${readId(value)})`

/** Whether the contact held such an offer, by access that has ended: revoked, or expired though not yet closed. */
function held(contact: Column, condition: Sql, scope: Scope): Has {
  const expired = hasAccess(contact, sql`h.expires_at <= ${scope.now} and ${condition}`, scope)
  const ended = hasOne(contact, ENDED_GRANTS, condition)
  return {
    where: sql`(${ended} or ${expired.where})`,
    whereOfGiven: sql`(${ended} or ${expired.whereOfGiven})`,
  }
}

/** Filters by the offers and products that a contact has. */
export const accessFilters: ContactFilters = {
  has_offer_id: {
    description: 'Holds this offer, granted or purchased',
    refersTo: 'offers',
    isSelective: true,
    build: (value, contact, scope) => holds(contact, isOffer(value), scope),
  },
  has_no_offer_id: {
    description: 'Does not hold this offer',
    refersTo: 'offers',
    build: (value, contact, scope) => not(holds(contact, isOffer(value), scope)),
  },
  has_product_id: {
    description: 'Holds an offer with this product',
    refersTo: 'products',
    build: (value, contact, scope) => holds(contact, hasProduct(value), scope),
  },
  has_active_product_id: {
    description: 'Holds an offer with this product, and access has begun',
    refersTo: 'products',
    build: (value, contact, scope) =>
      holds(contact, sql`h.starts_at <= ${scope.now} and ${hasProduct(value)}`, scope),
  },
  has_no_product_id: {
    description: 'Holds no offer with this product',
    refersTo: 'products',
    build: (value, contact, scope) => not(holds(contact, hasProduct(value), scope)),
  },
  previously_owned_product_id: {
    description: 'Held an offer with this product, and holds none now',
    refersTo: 'products',
    build(value, contact, scope) {
      const before = held(contact, hasProduct(value), scope)
      const now = holds(contact, hasProduct(value), scope)
      return {
        where: sql`(${before.where} and not ${now.where})`,
        whereOfGiven: sql`(${before.whereOfGiven} and not ${now.whereOfGiven})`,
      }
    },
  },
}
