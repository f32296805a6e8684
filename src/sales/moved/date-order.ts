import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'

/** Gives an order that a file has made, and its items, the time of the sale in place of that of the import. */
export async function dateOrder(tx: Tx, siteId: string, orderId: string, soldAt: Date): Promise<void> {
  await sql`
    update orders set created_at = ${soldAt}, fulfilled_at = case when fulfilled_at is not null then ${soldAt}::timestamptz end
     where id = ${orderId} and site_id = ${siteId}`.execute(tx)
  await sql`
    update order_items
       set created_at = ${soldAt}, fulfilled_at = case when fulfilled_at is not null then ${soldAt}::timestamptz end
     where order_id = ${orderId} and site_id = ${siteId}`.execute(tx)
}
