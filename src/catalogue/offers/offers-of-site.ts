import type { Tx } from '../../platform/db/database.ts'

/** The offers of a site with their price terms, those that are archived last. */
export const offersOfSite = (tx: Tx, siteId: string) =>
  tx
    .selectFrom('offers')
    .select(['id', 'title', 'currency', 'payment_type', 'interval', 'interval_count', 'payments_total'])
    .where('site_id', '=', siteId)
    .orderBy('archived_at', (order) => order.desc().nullsFirst())
    .orderBy('id')
    .execute()
