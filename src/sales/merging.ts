import { type Merging, twoCustomers } from '../platform/merging.ts'
import { settlePurchases } from './settle/settle-purchases.ts'

const TABLES = ['orders', 'order_items', 'purchases', 'subscriptions', 'transactions'] as const

/** Sales move to the other customer, and with them what was paid. Of an offer that both have bought, both purchases stay. */
export const salesMerging: Merging = {
  name: 'sales',
  async move(tx, merge) {
    const customers = twoCustomers(merge)
    if (!customers) return 0
    const { siteId } = merge
    let moved = 0
    for (const table of TABLES) {
      const { numUpdatedRows } = await tx
        .updateTable(table)
        .set({ customer_id: customers.into })
        .where('customer_id', '=', customers.from)
        .where('site_id', '=', siteId)
        .executeTakeFirst()
      moved += Number(numUpdatedRows)
    }
    if (moved === 0) return 0
    const purchases = await tx
      .selectFrom('purchases')
      .select('id')
      .where('customer_id', '=', customers.into)
      .where('site_id', '=', siteId)
      .execute()
    await settlePurchases(
      tx,
      siteId,
      purchases.map(({ id }) => id),
      merge,
    )
    return moved
  },
}
