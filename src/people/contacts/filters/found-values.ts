/** What a contact has in the place that a filter looks at: the other half of an explanation. */
import { type RawBuilder, sql } from 'kysely'
import { isoTime } from '../../../platform/jsonapi/field-types.ts'
import type { Scope } from '../../../platform/jsonapi/resource.ts'
import type { Column } from './contact-filter.ts'

type Sql = RawBuilder<unknown>

/** A JSON value: a list of names, a text, a number, a flag, a time; null when there is none. */
type Found = (contact: Column, scope: Scope, filter: string) => Sql

const names = (rows: Sql) => sql`(select coalesce(jsonb_agg(name order by name), '[]') from (${rows}) found)`

const tags: Found = (contact) =>
  names(sql`
    select ct.name from taggings t join contact_tags ct on ct.site_id = t.site_id and ct.id = t.tag_id
     where t.site_id = ${contact('site_id')} and t.contact_id = ${contact('id')} and ct.archived_at is null`)

const ofGrants = (contact: Column, table: Sql, condition: Sql) => sql`
  from customers hc
  -- Looked up for each customer: no index serves a join with grants and purchases together.
  cross join lateral (select * from ${table} where site_id = hc.site_id and customer_id = hc.id offset 0) h
  join offers o on o.site_id = h.site_id and o.id = h.offer_id
 where hc.site_id = ${contact('site_id')} and hc.contact_id = ${contact('id')} and ${condition}`

const isHeld = ({ now }: Scope) => sql`(h.expires_at is null or h.expires_at > ${now})`

const offers: Found = (contact, scope) =>
  names(sql`select distinct o.title as name ${ofGrants(contact, sql`holdings`, isHeld(scope))}`)

const productsOf = (contact: Column, table: Sql, condition: Sql) =>
  names(sql`
    select distinct p.title as name
      from (select h.site_id, h.offer_id ${ofGrants(contact, table, condition)}) held
      join offer_products op on op.site_id = held.site_id and op.offer_id = held.offer_id
      join products p on p.site_id = op.site_id and p.id = op.product_id`)

const products: Found = (contact, scope) => productsOf(contact, sql`holdings`, isHeld(scope))

const begunProducts: Found = (contact, scope) =>
  productsOf(contact, sql`holdings`, sql`h.starts_at <= ${scope.now} and ${isHeld(scope)}`)

const formerProducts: Found = (contact, { now }) =>
  productsOf(contact, sql`offer_grants`, sql`(h.revoked_at is not null or h.expires_at <= ${now})`)

const forms: Found = (contact) =>
  names(sql`
    select distinct f.title as name from form_submissions s join forms f on f.site_id = s.site_id and f.id = s.form_id
     where s.site_id = ${contact('site_id')} and s.contact_id = ${contact('id')}`)

const coupons: Found = (contact) =>
  names(sql`
    select distinct p.coupon_code as name
      from customers hc join purchases p on p.site_id = hc.site_id and p.customer_id = hc.id
     where hc.site_id = ${contact('site_id')} and hc.contact_id = ${contact('id')} and p.coupon_code is not null`)

const externalIds: Found = (contact) =>
  names(sql`
    select concat_ws(':', nullif(xf.source, ''), xf.external_id) as name from contact_external_ids xf
     where xf.site_id = ${contact('site_id')} and xf.contact_id = ${contact('id')}`)

const text =
  (column: string): Found =>
  (contact) =>
    sql`to_jsonb(${contact(column)})`

/** The customer's columns are those of `cu`. */
const customerValue = (contact: Column, expression: Sql) => sql`
  to_jsonb((select ${expression} from customers cu
             where cu.site_id = ${contact('site_id')} and cu.contact_id = ${contact('id')}))`

const ofCustomer =
  (expression: Sql): Found =>
  (contact) =>
    customerValue(contact, expression)

const lastDelivery: Found = (contact) => sql`
  to_jsonb((select ${isoTime(sql`max(e.sent_at)`)} from emails e
             where e.site_id = ${contact('site_id')} and e.contact_id = ${contact('id')} and e.status = 'sent'))`

const CONTAINED = [
  'name',
  'phone_number',
  'mobile_phone_number',
  'address_line_1',
  'address_line_2',
  'address_city',
  'address_state',
  'address_country',
  'address_zip',
]

const FOUND: [RegExp, Found][] = [
  [/^has_(?:all_|no_)?tag_id$/, tags],
  [/^has_(?:no_)?offer_id$/, offers],
  [/^has_(?:no_)?product_id$/, products],
  [/^has_active_product_id$/, begunProducts],
  [/^previously_owned_product_id$/, formerProducts],
  [/^(?:no_)?submitted_form_id$/, forms],
  [/^used_coupon_code$/, coupons],
  [/^(?:not_)?created_in_last$/, (contact) => sql`to_jsonb(${isoTime(contact('created_at'))})`],
  [/^joined_in_last$/, ofCustomer(isoTime(sql`cu.created_at`))],
  [/^(?:in)?active_in_last$/, ofCustomer(isoTime(sql`cu.last_request_at`))],
  [/^(?:bounced_in_last|is_hard_bouncing)$/, ofCustomer(isoTime(sql`cu.bounced_at`))],
  [/^(?:not_)?delivered_email_in_last$/, lastDelivery],
  [/^(?:never_)?subscribed$/, text('subscribed')],
  [/^net_revenue_/, (contact) => sql`coalesce(${customerValue(contact, sql`cu.net_revenue`)}, to_jsonb(0))`],
  [/^search$/, (contact) => sql`to_jsonb(${contact('name')} || ' <' || ${contact('email')} || '>')`],
  [/^email(?:_eq|_contains)?$/, text('email')],
  [/^id_/, text('id')],
  [/^created_at_/, (contact) => sql`to_jsonb(${isoTime(contact('created_at'))})`],
  [/^updated_at_/, (contact) => sql`to_jsonb(${isoTime(contact('updated_at'))})`],
  [/^external_user_id/, externalIds],
  // What is found is whether the contact is in it: see explainCondition().
  [/^(?:not_)?segment_id$/, () => sql`null::jsonb`],
  ...CONTAINED.map((column): [RegExp, Found] => [new RegExp(`^${column}_contains$`), text(column)]),
  [
    /^custom_\d+(?:_|$)/,
    (contact, _scope, filter) =>
      sql`to_jsonb(${contact('custom')} ->> ${filter.split('_', 2).join('_')}::text)`,
  ],
]

/** Whether what a filter looks at is recorded. */
export const isRecorded = (filter: string): boolean => FOUND.some(([pattern]) => pattern.test(filter))

/** SQL of the JSON value that a filter finds at a contact; null when it is not recorded. */
export const foundBy = (filter: string, contact: Column, scope: Scope): Sql =>
  FOUND.find(([pattern]) => pattern.test(filter))?.[1](contact, scope, filter) ?? sql`null::jsonb`
