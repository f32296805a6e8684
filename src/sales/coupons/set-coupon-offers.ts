import { sql } from 'kysely'
import { notFound } from '../../platform/jsonapi/errors.ts'
import type { SetRelated } from '../../platform/records/records.ts'
import { absence, findReferable } from '../../platform/references/referable.ts'

/**
 * Makes these the offers that a coupon is for; none: all of the site. One that it is for already may be archived.
 *
 * @throws ApiError 404 that points at an offer that is unknown or archived
 */
export const setCouponOffers: SetRelated = async ({ tx }, { site_id, id: coupon_id }, ids, pointer) => {
  const rows = await tx
    .selectFrom('coupon_offers')
    .select('offer_id')
    .where('coupon_id', '=', coupon_id)
    .where('site_id', '=', site_id)
    .orderBy('position')
    .execute()
  const current = rows.map(({ offer_id }) => offer_id)
  const wanted = [...new Set(ids)]
  if (current.join() === wanted.join()) return false
  const referable = await findReferable(tx, site_id, 'offers', wanted)
  const missing = ids.findIndex((offer) => !referable.has(offer) && !current.includes(offer))
  if (missing >= 0)
    throw notFound(`There is no ${absence('offers', ids[missing]!)}.`, { pointer: `${pointer}/${missing}` })
  await tx
    .deleteFrom('coupon_offers')
    .where('coupon_id', '=', coupon_id)
    .where('site_id', '=', site_id)
    .execute()
  await sql`
    insert into coupon_offers (site_id, coupon_id, offer_id, position)
    select ${site_id}, ${coupon_id}, id, place from unnest(${wanted}::bigint[]) with ordinality as w (id, place)`.execute(
    tx,
  )
  return true
}
