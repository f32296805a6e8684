/** The coupon of a code, what it takes off, and why it cannot be used. */
import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db/database.ts'

export interface Coupon {
  id: string
  code: string
  /** As in "12.50"; null: it is an amount. */
  percent_off: string | null
  /** In the smallest unit of the currency. */
  amount_off_in_cents: string | null
  currency: string | null
  duration: 'once' | 'repeating' | 'forever'
  duration_in_months: number | null
}

/** Why a coupon cannot be used. */
export type CouponProblem = 'unknown' | 'scheduled' | 'ended' | 'used_up' | 'other_offer' | 'other_currency'

/** What somebody wants to buy with a coupon. */
export interface Wanted {
  offerId: string
  currency: string
}

/**
 * Finds the coupon of a code, in upper or lower case, for what somebody wants to buy. That it can be used now does not
 * mean that it can be a moment later: reserveCoupon() decides.
 */
export async function findCoupon(
  db: Db | Tx,
  siteId: string,
  code: string,
  { offerId, currency }: Wanted,
  now: Date,
): Promise<{ coupon: Coupon; problem?: undefined } | { problem: CouponProblem }> {
  const { rows } = await sql<Coupon & { problem: CouponProblem | null }>`
    select c.id, c.code, c.percent_off, c.amount_off_in_cents, c.currency, c.duration, c.duration_in_months,
           case when c.archived_at is not null then 'unknown'
                when c.starts_at > ${now} then 'scheduled'
                when c.ends_at <= ${now} then 'ended'
                when c.uses >= c.max_uses then 'used_up'
                when c.currency <> ${currency} then 'other_currency'
                when exists (select from coupon_offers l where l.coupon_id = c.id and l.site_id = c.site_id)
                 and not exists (select from coupon_offers l
                                  where l.coupon_id = c.id and l.site_id = c.site_id and l.offer_id = ${offerId})
                then 'other_offer' end as problem
      from coupons c
     where lower(c.code) = lower(${code.trim()}) and c.site_id = ${siteId}`.execute(db)
  const [found] = rows
  if (!found) return { problem: 'unknown' }
  const { problem, ...coupon } = found
  return problem === null ? { coupon } : { problem }
}

/**
 * The codes of coupons, as they are written, by the codes that sales name: in upper or lower case, archived ones
 * included. What is no coupon of the site is missing.
 */
export async function findCodes(
  tx: Tx,
  sales: { siteId: string; codes: string[] }[],
): Promise<Map<string, string>[]> {
  const named = sales.flatMap(({ siteId, codes }, place) => codes.map((code) => ({ place, siteId, code })))
  const found = sales.map(() => new Map<string, string>())
  if (named.length === 0) return found
  const { rows } = await sql<{ place: number; named: string; code: string }>`
    select n.place, n.code as named, c.code
      from jsonb_to_recordset(${JSON.stringify(named)}::jsonb) n (place integer, "siteId" bigint, code text)
      join coupons c on lower(c.code) = lower(trim(n.code)) and c.site_id = n."siteId"`.execute(tx)
  for (const { place, named, code } of rows) found[place]!.set(named, code)
  return found
}

/**
 * What a coupon takes off an amount: a percentage is rounded half up to the smallest unit of the currency, and nothing
 * becomes less than nothing.
 *
 * @param amount of the smallest unit of the currency
 */
export function discountOf(
  { percent_off, amount_off_in_cents }: Pick<Coupon, 'percent_off' | 'amount_off_in_cents'>,
  amount: number,
): number {
  if (amount_off_in_cents !== null) return Math.min(Number(amount_off_in_cents), amount)
  const hundredths = BigInt(Math.round(Number(percent_off) * 100))
  // Of large amounts, the product is beyond what a number holds exactly.
  return Number((BigInt(amount) * hundredths + 5_000n) / 10_000n)
}
