/**
 * Counting the uses of a coupon. A checkout reserves one, which is redeemed when it is paid and released when it
 * expires. Whoever changes the count of a coupon holds its row, so that nobody uses it beyond its limit.
 */
import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'

interface OfCheckout {
  siteId: string
  checkoutId: string
}

interface OfOrder {
  siteId: string
  couponId: string
  orderId: string
}

/**
 * Reserves a use of a coupon for a checkout, once; one that was released is reserved again.
 *
 * @returns false when the coupon has no use left, or has ended or been archived meanwhile
 */
export async function reserveCoupon(
  tx: Tx,
  { siteId, checkoutId, couponId }: OfCheckout & { couponId: string },
  now: Date,
): Promise<boolean> {
  const coupon = await lockCoupon(tx, siteId, couponId, now)
  const redemption = await findRedemption(tx, { siteId, checkoutId })
  if (redemption && redemption.state !== 'released') return true
  if (!coupon.isUsable) return false
  await sql`
    insert into coupon_redemptions (site_id, coupon_id, checkout_id, state, reserved_at)
    values (${siteId}, ${couponId}, ${checkoutId}, 'reserved', ${now})
    on conflict (checkout_id, site_id) do update
       set coupon_id = excluded.coupon_id, state = 'reserved', reserved_at = excluded.reserved_at, released_at = null`.execute(
    tx,
  )
  await count(tx, siteId, couponId, 1)
  return true
}

/**
 * Redeems what a checkout has reserved, once. One that was released and is paid late is honoured all the same; it is
 * flagged when that exceeds the limit. A checkout without a coupon redeems none.
 */
export async function redeemCoupon(
  tx: Tx,
  { siteId, checkoutId, orderId }: OfCheckout & { orderId: string },
  now: Date,
): Promise<void> {
  const redemption = await lockRedemption(tx, { siteId, checkoutId }, now)
  if (!redemption || redemption.state === 'redeemed') return
  const isLate = redemption.state === 'released'
  await sql`
    update coupon_redemptions
       set state = 'redeemed', order_id = ${orderId}, redeemed_at = ${now}, is_over_limit = ${isLate && !redemption.coupon.isUsable}
     where checkout_id = ${checkoutId} and site_id = ${siteId}`.execute(tx)
  if (isLate) await count(tx, siteId, redemption.coupon_id, 1)
}

/** Releases what a checkout has reserved, once. What is redeemed stays so. */
export async function releaseCoupon(tx: Tx, { siteId, checkoutId }: OfCheckout, now: Date): Promise<void> {
  const redemption = await lockRedemption(tx, { siteId, checkoutId }, now)
  if (redemption?.state !== 'reserved') return
  await sql`
    update coupon_redemptions set state = 'released', released_at = ${now}
     where checkout_id = ${checkoutId} and site_id = ${siteId}`.execute(tx)
  await count(tx, siteId, redemption.coupon_id, -1)
}

/**
 * Counts a coupon that an order was bought with elsewhere, once per order. It happened, so it is counted also beyond
 * the limit, and flagged then.
 */
export async function redeemForOrder(
  tx: Tx,
  { siteId, couponId, orderId }: OfOrder,
  now: Date,
): Promise<void> {
  const { isUsable } = await lockCoupon(tx, siteId, couponId, now)
  const { rows } = await sql`
    insert into coupon_redemptions (site_id, coupon_id, order_id, state, is_over_limit, reserved_at, redeemed_at)
    values (${siteId}, ${couponId}, ${orderId}, 'redeemed', ${!isUsable}, ${now}, ${now})
    on conflict (order_id, coupon_id, site_id) do nothing
    returning id`.execute(tx)
  if (rows.length > 0) await count(tx, siteId, couponId, 1)
}

/**
 * Counts the coupons whose codes orders that were made elsewhere name. Codes that are no coupons of the site are those
 * of the shop.
 */
export async function redeemCodes(
  tx: Tx,
  orders: (Omit<OfOrder, 'couponId'> & { codes: string[] })[],
  now: Date,
): Promise<void> {
  const named = orders.flatMap(({ codes, ...order }) => codes.map((code) => ({ ...order, code })))
  if (named.length === 0) return
  // Everybody locks them in the order of their ids.
  const { rows } = await sql<OfOrder>`
    select c.site_id as "siteId", c.id as "couponId", n."orderId"
      from jsonb_to_recordset(${JSON.stringify(named)}::jsonb) n ("siteId" bigint, "orderId" bigint, code text)
      join coupons c on lower(c.code) = lower(trim(n.code)) and c.site_id = n."siteId"
     group by 1, 2, 3
     order by 2, 3`.execute(tx)
  for (const used of rows) await redeemForOrder(tx, used, now)
}

/** The row of the coupon, and whether a further use is allowed. */
async function lockCoupon(
  tx: Tx,
  siteId: string,
  couponId: string,
  now: Date,
): Promise<{ isUsable: boolean }> {
  const { rows } = await sql<{ isUsable: boolean }>`
    select archived_at is null and coalesce(ends_at > ${now}, true) and coalesce(uses < max_uses, true) as "isUsable"
      from coupons where id = ${couponId} and site_id = ${siteId}
       for no key update`.execute(tx)
  return rows[0] ?? { isUsable: false }
}

interface Redemption {
  coupon_id: string
  state: 'reserved' | 'redeemed' | 'released'
}

async function findRedemption(tx: Tx, { siteId, checkoutId }: OfCheckout): Promise<Redemption | undefined> {
  const { rows } = await sql<Redemption>`
    select coupon_id, state from coupon_redemptions
     where checkout_id = ${checkoutId} and site_id = ${siteId}`.execute(tx)
  return rows[0]
}

/** With the lock on the coupon, without which its state may change. */
async function lockRedemption(
  tx: Tx,
  checkout: OfCheckout,
  now: Date,
): Promise<(Redemption & { coupon: { isUsable: boolean } }) | undefined> {
  const known = await findRedemption(tx, checkout)
  if (!known) return undefined
  const coupon = await lockCoupon(tx, checkout.siteId, known.coupon_id, now)
  return { ...(await findRedemption(tx, checkout))!, coupon }
}

const count = (tx: Tx, siteId: string, couponId: string, change: 1 | -1) =>
  sql`update coupons set uses = uses + ${change} where id = ${couponId} and site_id = ${siteId}`.execute(tx)
