import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import { notFound } from '../../platform/jsonapi/errors.ts'
import type { Row } from '../../platform/jsonapi/resource.ts'
import type { Writing } from '../../platform/records/records.ts'
import { absence, findReferable } from '../../platform/references/referable.ts'
import { assertRestorable } from '../../platform/references/restorable.ts'

/** None of its products is archived. @throws ApiError 422 */
export const assertProductsActive = async ({ site_id, id }: Row, { tx }: Writing): Promise<void> =>
  assertRestorable(tx, site_id, 'products', await productsOf(tx, site_id, id))

async function productsOf(tx: Tx, siteId: string, offerId: string): Promise<string[]> {
  const { rows } = await sql<{ product_id: string }>`
    select product_id from offer_products where offer_id = ${offerId} and site_id = ${siteId}
     order by position, product_id`.execute(tx)
  return rows.map(({ product_id }) => product_id)
}

/**
 * Makes these the products of an offer, in this order. Whoever holds the offer has access to them from now on, and
 * not any more to those that are left out.
 *
 * @param pointer JSON Pointer to the list of ids
 * @returns whether anything changed
 * @throws ApiError 404 that points at a product that is unknown or archived
 */
export async function setProducts(
  { tx }: Writing,
  { site_id, id }: Row,
  productIds: string[],
  pointer: string,
): Promise<boolean> {
  const wanted = [...new Set(productIds)]
  const current = await productsOf(tx, site_id, id)
  if (current.join() === wanted.join()) return false
  // A product that the offer has already may have been archived with it.
  const referable = await findReferable(tx, site_id, 'products', wanted)
  const missing = productIds.findIndex((product) => !referable.has(product) && !current.includes(product))
  if (missing >= 0)
    throw notFound(`There is no ${absence('products', productIds[missing]!)}.`, {
      pointer: `${pointer}/${missing}`,
    })
  await tx.deleteFrom('offer_products').where('offer_id', '=', id).where('site_id', '=', site_id).execute()
  const links = wanted.map((product_id, position) => ({ site_id, offer_id: id, product_id, position }))
  if (links.length > 0) await tx.insertInto('offer_products').values(links).execute()
  return true
}
