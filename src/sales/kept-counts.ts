/** Counts of lists that are kept, or that are what is left of one: docs/decisions/0009-quick-lists.md. */
import { type RawBuilder, sql } from 'kysely'
import type { Filter, FilterSql, Scope } from '../platform/jsonapi/resource.ts'

type Sql = RawBuilder<unknown>

export type CountedTable = 'orders' | 'order_items' | 'purchases'

/** How many rows of a table the sites have: see sale_counts. */
export const keptCount = (table: CountedTable, { siteIds }: Scope): Sql => sql`(
  select coalesce(sum(change), 0) from sale_counts where site_id = any (${siteIds}::bigint[]) and counted = ${table})`

/** The total of a list of all rows of a table. */
export const keptTotal = (table: CountedTable) => (scope: Scope) => sql`select ${keptCount(table, scope)} as count`
