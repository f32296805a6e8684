import { sql } from 'kysely'
import { type Merging, twoCustomers } from '../platform/merging.ts'

/** Links of the contact that ends lead nobody in any more: whoever reads mail at its address need not be the member. */
export const linksMerging: Merging = {
  name: 'links',
  async move(tx, merge) {
    const { siteId, from, now } = merge
    if (from.customerId === null) return 0
    const { numUpdatedRows } = await tx
      .updateTable('member_links')
      .set({
        customer_id: twoCustomers(merge)?.into ?? from.customerId,
        used_at: sql`coalesce(used_at, ${now})`,
      })
      .where('site_id', '=', siteId)
      .where('customer_id', '=', from.customerId)
      .executeTakeFirst()
    return Number(numUpdatedRows)
  },
}
