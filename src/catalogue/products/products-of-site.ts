import type { Tx } from '../../platform/db/database.ts'

/** The products of a site that are not archived. */
export const productsOfSite = (tx: Tx, siteId: string): Promise<{ id: string; title: string }[]> =>
  tx
    .selectFrom('products')
    .select(['id', 'title'])
    .where('site_id', '=', siteId)
    .where('archived_at', 'is', null)
    .orderBy('id')
    .execute()
