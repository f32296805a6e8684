import { type Merging, twoCustomers } from '../platform/merging.ts'

/** The customers of providers are those of the other contact from now on, and so is what was begun to be bought. */
export const paymentsMerging: Merging = {
  name: 'checkouts',
  async move(tx, merge) {
    const customers = twoCustomers(merge)
    if (!customers) return 0
    let count = 0n
    for (const table of ['provider_customers', 'checkouts'] as const) {
      const { numUpdatedRows } = await tx
        .updateTable(table)
        .set({ customer_id: customers.into })
        .where('site_id', '=', merge.siteId)
        .where('customer_id', '=', customers.from)
        .executeTakeFirstOrThrow()
      count += numUpdatedRows
    }
    return Number(count)
  },
}
