import { type RawBuilder, sql } from 'kysely'
import { containing, daysBefore, idOrNothing, parseBoolean, parseDays } from '../jsonapi/describe.ts'
import type { Filter, Predicate, Scope } from '../jsonapi/resource.ts'

/** A question about a contact, as a condition in SQL. `contact` names its columns, whatever the table's alias. */
interface ContactPredicate extends Omit<Filter, 'build'> {
  test: (value: string, contact: (column: string) => RawBuilder<unknown>, scope: Scope) => Predicate
}

/** Offers that somebody holds now: given by a grant that has not run out. */
const holds = (
  contact: (column: string) => RawBuilder<unknown>,
  condition: RawBuilder<unknown>,
  now: Date,
) => sql`
  exists (select from customers hc join holdings h on h.site_id = hc.site_id and h.customer_id = hc.id
           where hc.site_id = ${contact('site_id')} and hc.contact_id = ${contact('id')}
             and (h.expires_at is null or h.expires_at > ${now}) and ${condition})`

const exactEmail = (value: string, contact: (column: string) => RawBuilder<unknown>) =>
  sql`lower(${contact('email')}) = ${value.toLowerCase()}`

/** What cannot be a whole address comes first nowhere: then the order is that of an index. */
const exactFirst = (value: string, contact: (column: string) => RawBuilder<unknown>) =>
  /.@./.test(value) ? exactEmail(value, contact) : undefined

/** Name or e-mail contains: the one question that the index of searches answers. */
const mentions = (value: string, contact: (column: string) => RawBuilder<unknown>) =>
  sql`${contact('search_text')} like lower(${containing(value)})`

/** Every question that lists of contacts and of customers can be narrowed with, each defined once. */
export const contactPredicates: Record<string, ContactPredicate> = {
  search: {
    description: 'Name or e-mail contains; the exact e-mail comes first',
    test: (value, contact) => ({
      where: mentions(value, contact),
      first: exactFirst(value, contact),
    }),
  },
  email: {
    description: 'E-mail is, whatever its case',
    extension: true,
    test: (value, contact) => ({ where: exactEmail(value, contact) }),
  },
  email_eq: {
    description: 'The same as filter[email]',
    extension: true,
    test: (value, contact) => ({ where: exactEmail(value, contact) }),
  },
  email_contains: {
    description: 'E-mail contains; the exact one comes first',
    test: (value, contact) => ({
      where: sql`${mentions(value, contact)} and lower(${contact('email')}) like lower(${containing(value)})`,
      first: exactFirst(value, contact),
    }),
  },
  name_contains: {
    description: 'Name contains',
    // The name is what stands before the line of the e-mail.
    test: (value, contact) => ({
      where: sql`${contact('search_text')} like lower(${`${containing(value)}\n%`})`,
    }),
  },
  has_offer_id: {
    description: 'Holds this offer, granted or purchased',
    refersTo: 'offers',
    test: (value, contact, { now }) => ({
      where: holds(contact, sql`h.offer_id = ${idOrNothing(value)}`, now),
    }),
  },
  has_no_offer_id: {
    description: 'Does not hold this offer',
    refersTo: 'offers',
    test: (value, contact, { now }) => ({
      where: sql`not ${holds(contact, sql`h.offer_id = ${idOrNothing(value)}`, now)}`,
    }),
  },
  has_product_id: {
    description: 'Holds an offer with this product',
    refersTo: 'products',
    test: (value, contact, { now }) => ({
      where: holds(
        contact,
        sql`exists (select from offer_products op where op.site_id = h.site_id and op.offer_id = h.offer_id
                                                    and op.product_id = ${idOrNothing(value)})`,
        now,
      ),
    }),
  },
  created_in_last: {
    description: 'Created in the last so many days',
    test: (value, contact, { now }) => ({
      where: sql`${contact('created_at')} >= ${daysBefore(now, parseDays(value))}`,
    }),
  },
  subscribed: {
    description: 'Whether they take marketing e-mails: true or false',
    test: (value, contact) => ({ where: sql`${contact('subscribed')} = ${parseBoolean(value)}` }),
  },
}

/** The predicates as filters of a resource in whose `from` the contact has this alias. */
export function contactFilters(alias: string): Record<string, Filter> {
  const contact = (column: string) => sql.ref(`${alias}.${column}`)
  return Object.fromEntries(
    Object.entries(contactPredicates).map(([name, { test, ...filter }]) => [
      name,
      { ...filter, build: (value: string, scope: Scope) => test(value, contact, scope) },
    ]),
  )
}
