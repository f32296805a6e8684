import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import { createRecord, type Writing } from '../../platform/records/records.ts'
import { offerRecords } from './offers.resource.ts'

/** The oldest offer that gives access to a product alone, those without a price first; null: there is none. */
export async function findOfferOfProduct(tx: Tx, siteId: string, productId: string): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select o.id from offers o
     where o.site_id = ${siteId} and o.archived_at is null and not o.is_gift and o.access_days is null
       and array(select p.product_id from offer_products p where p.site_id = o.site_id and p.offer_id = o.id)
           = array[${productId}::bigint]
     order by o.payment_type <> 'free', o.id limit 1`.execute(tx)
  return rows[0]?.id ?? null
}

/** Creates an offer that gives access to a product alone, as a draft: it can be granted, and nobody can check it out. */
export async function createOfferOfProduct(
  writing: Writing,
  siteId: string,
  productId: string,
): Promise<{ id: string; title: string }> {
  const { tx } = writing
  const { title } = await tx
    .selectFrom('products')
    .select('title')
    .where('id', '=', productId)
    .where('site_id', '=', siteId)
    .executeTakeFirstOrThrow()
  const { id } = await createRecord(writing, offerRecords, {
    siteId,
    attributes: { title, internal_title: `${title} (imported)` },
    related: { products: [productId] },
  })
  await tx
    .updateTable('offers')
    .set({ published_at: null })
    .where('id', '=', id)
    .where('site_id', '=', siteId)
    .execute()
  return { id, title }
}
