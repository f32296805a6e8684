import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import type { Referrer } from '../../platform/references/in-use.ts'
import type { ReferredType } from '../../platform/references/referable.ts'

/** The offers of a site, not archived, that a product is part of, in words. */
export async function offersNaming(
  tx: Tx,
  siteId: string,
  type: ReferredType,
  id: string,
): Promise<Referrer[]> {
  if (type !== 'products') return []
  const { rows } = await sql<{ id: string; title: string }>`
    select o.id, o.title from offer_products op join offers o on o.id = op.offer_id and o.site_id = op.site_id
     where op.product_id = ${id} and op.site_id = ${siteId} and o.archived_at is null
     order by o.id`.execute(tx)
  return rows.map((offer) => ({
    name: `the offer "${offer.title}" (${offer.id})`,
    remedy: 'Remove it from the products of the offer, or archive the offer,',
  }))
}
