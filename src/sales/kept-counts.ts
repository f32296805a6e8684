/** Counts of lists of sales that are not counted row by row: docs/decisions/0009-quick-lists.md. */
import { type RawBuilder, sql } from 'kysely'
import { readId } from '../platform/jsonapi/identifiers.ts'
import type { Filter, FilterSql, Scope } from '../platform/jsonapi/resource.ts'
import { allOf, ofSites } from '../platform/jsonapi/select-rows.ts'

type Sql = RawBuilder<unknown>

export type CountedTable = 'orders' | 'order_items' | 'purchases' | 'transactions'

/** The rows of a table, as lists call them. */
export const rowsOf = (table: CountedTable): Sql => sql`${sql.table(table)} r`

/** What lists show without being asked for other rows. */
export const shownOf = (table: CountedTable): Sql =>
  table === 'transactions' ? sql`r.is_completed` : sql`true`

/** How many rows lists of the sites have, which is kept: see sale_counts and transaction_counts. */
export const keptCount = (table: CountedTable, { siteIds }: Scope): Sql =>
  table === 'transactions'
    ? sql`(select coalesce(sum(change), 0) from transaction_counts where site_id = any (${siteIds}::bigint[]))`
    : sql`(select coalesce(sum(change), 0) from sale_counts
            where site_id = any (${siteIds}::bigint[]) and counted = ${table})`

/** The total of a list that nothing narrows. */
export const keptTotal = (table: CountedTable) => (scope: Scope) =>
  sql`select ${keptCount(table, scope)} as count`

/** How many rows meet a condition, for which there is an index. */
export const countedRows = (table: CountedTable, condition: Sql, { siteIds }: Scope): Sql =>
  sql`(select count(*) from ${rowsOf(table)} where ${allOf([ofSites({}, siteIds), condition])})`

/** A filter by the offer that a row is of: the count is read from an index that has nothing else. */
export const ofOffer = (table: 'order_items' | 'purchases', description: string): Filter => ({
  description,
  refersTo: 'offers',
  extension: true,
  build(value) {
    const isOfOffer = sql`r.offer_id = ${readId(value)}`
    return { where: isOfOffer, ...countedAs((scope) => countedRows(table, isOfOffer, scope)) }
  },
})

/** The count of a list as a filter gives it, which is read before the rows are looked for. */
export const countedAs = (count: (scope: Scope) => Sql): Pick<FilterSql, 'count' | 'isIndexed'> => ({
  count: (scope) => sql`select ${count(scope)} as count`,
  isIndexed: true,
})

/**
 * The counts of the filters of which one finds what the other leaves out: what is rare, from an index of its own, and the
 * rest of all.
 */
export const countedRare = (
  table: CountedTable,
  rare: (scope: Scope) => Sql,
  isRare: boolean,
): Pick<FilterSql, 'count' | 'isIndexed'> =>
  countedAs((scope) => {
    const few = countedRows(table, rare(scope), scope)
    return isRare ? few : sql`${keptCount(table, scope)} - ${few}`
  })
