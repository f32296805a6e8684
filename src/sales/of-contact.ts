import { type RawBuilder, sql } from 'kysely'
import type { Db, Tx } from '../platform/db/database.ts'
import { containing } from '../platform/jsonapi/field-types.ts'
import { readId } from '../platform/jsonapi/identifiers.ts'
import type { Filter, LookedUpFilter } from '../platform/jsonapi/resource.ts'
import { allOf, ofSites } from '../platform/jsonapi/select-rows.ts'
import { parseEmailAddress } from '../platform/text/email-address.ts'
import { type CountedTable, countedAs, countedRows, keptCount, rowsOf, shownOf } from './kept-counts.ts'

type Sql = RawBuilder<unknown>

/** What belongs to the customer that a contact is. */
export const ofContact = (customer: Sql, what: string): Filter => ({
  description: `${what} of this contact`,
  refersTo: 'contacts',
  extension: true,
  build: (value, { siteIds }) => ({
    where: sql`${customer} = any (array(
      select c.id from customers c
       where c.contact_id = ${readId(value)} and c.site_id = any (${siteIds}::bigint[])))`,
  }),
})

/** Contacts that are looked up before the list is; with more, what is listed is joined with them. */
const MOST_CONTACTS = 10_000

/**
 * What belongs to customers whose name or e-mail contains a text. Few of them are looked up first: only then is it known
 * that the index of their sales finds the rows, and how many there are. When few do not match, their sales are left out.
 */
export const byNameOrEmail = (table: Exclude<CountedTable, 'order_items'>): LookedUpFilter => ({
  description: 'Name or e-mail of the customer contains',
  async find(db, value, { siteIds }) {
    const pattern = containing(parseEmailAddress(value) ?? value)
    const matches = (contact: Sql) => sql`${contact}.search_text like lower(${pattern})`
    const found = await findFew(db, siteIds, matches)
    if (found) {
      const isTheirs = sql`r.customer_id = any (${found}::bigint[])`
      return {
        where: isTheirs,
        ...countedAs((scope) => countedRows(table, allOf([isTheirs, shownOf(table)]), scope)),
      }
    }
    const others = await findFew(db, siteIds, (contact) => sql`not ${matches(contact)}`)
    if (others) {
      const isOthers = sql`r.customer_id = any (${others}::bigint[])`
      return {
        where: others.length === 0 ? sql`true` : sql`r.customer_id <> all (${others}::bigint[])`,
        ...countedAs(
          (scope) =>
            sql`${keptCount(table, scope)} - ${countedRows(table, allOf([isOthers, shownOf(table)]), scope)}`,
        ),
      }
    }
    const isMatching = (customerId: Sql) => sql`exists (
      select from customers c join contacts k on k.id = c.contact_id and k.site_id = c.site_id
       where c.id = ${customerId} and c.site_id = any (${siteIds}::bigint[]) and ${matches(sql`k`)})`
    return {
      where: isMatching(sql`r.customer_id`),
      // Each customer is joined once, and not each of their sales.
      ...countedAs(
        (scope) => sql`(
          select coalesce(sum(bought.sales), 0)
            from (select r.customer_id, count(*) as sales from ${rowsOf(table)}
                   where ${allOf([ofSites({}, scope.siteIds), shownOf(table)])} group by r.customer_id) bought
           where ${isMatching(sql`bought.customer_id`)})`,
      ),
    }
  },
})

/** The customers that contacts with this condition are; null when these are many. */
async function findFew(
  db: Db | Tx,
  siteIds: string[],
  condition: (contact: Sql) => Sql,
): Promise<string[] | null> {
  const isOfSites = sql`site_id = any (${siteIds}::bigint[])`
  const { rows } = await sql<{ customers: string[] | null }>`
    select case when cardinality(found.ids) <= ${MOST_CONTACTS} then array(
             select c.id from unnest(found.ids) contact (id)
              cross join lateral (select id from customers where contact_id = contact.id and ${isOfSites} limit 1) c)
           end as customers
      from (select array(
              select k.id from contacts k where ${isOfSites} and ${condition(sql`k`)} limit ${MOST_CONTACTS + 1}) as ids
            -- So that they are looked for once.
            offset 0) found`.execute(db)
  return rows[0]!.customers
}
