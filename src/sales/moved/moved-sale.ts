/** Sales that were recorded by another server, and are moved here as they are. */
import { type RawBuilder, sql } from 'kysely'
import { anyOf, type Tx } from '../../platform/db/database.ts'
import { reserveIdsUpTo } from '../../platform/records/reserve-id.ts'

/** Who moves sales to a site. */
export interface Destination {
  siteId: string
  /** All sites of the account: an id is used once in it. */
  siteIds: string[]
}

type MovedTable = 'orders' | 'order_items' | 'purchases' | 'transactions'

/**
 * The id that a row gets: the one that it had, where it is free, otherwise the next one.
 *
 * @param id null: it had none
 */
export async function idFor(
  tx: Tx,
  table: MovedTable,
  { siteIds }: Destination,
  id: string | null,
): Promise<RawBuilder<unknown>> {
  const next = sql`nextval(pg_get_serial_sequence(${table}, 'id'))`
  if (id === null) return next
  await reserveIdsUpTo(tx, table, id)
  const { rows } = await FINDERS[table](tx, siteIds, id)
  return rows.length > 0 ? next : sql`${id}::bigint`
}

type Find = (tx: Tx, siteIds: string[], id: string) => Promise<{ rows: unknown[] }>

const FINDERS: Record<MovedTable, Find> = {
  orders: (tx, siteIds, id) =>
    sql`select from orders where id = ${id} and site_id = ${anyOf(siteIds)}`.execute(tx),
  order_items: (tx, siteIds, id) =>
    sql`select from order_items where id = ${id} and site_id = ${anyOf(siteIds)}`.execute(tx),
  purchases: (tx, siteIds, id) =>
    sql`select from purchases where id = ${id} and site_id = ${anyOf(siteIds)}`.execute(tx),
  transactions: (tx, siteIds, id) =>
    sql`select from transactions where id = ${id} and site_id = ${anyOf(siteIds)}`.execute(tx),
}
