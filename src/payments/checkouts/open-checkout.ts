import { type RawBuilder, sql } from 'kysely'
import type { App } from '../../platform/app.ts'
import { inTransaction, type Tx } from '../../platform/db/database.ts'
import { randomSecret } from '../../platform/secrets/secrets.ts'
import { releaseCoupon, reserveCoupon } from '../../sales/coupons/redeem-coupon.ts'
import type { Checkout } from './find-checkout.ts'
import type { Snapshot } from './snapshot.ts'

/** Who wants to buy, and what. */
export interface Wanted {
  siteId: string
  /** Null: nothing is to be paid. */
  accountId: string | null
  offerId: string
  /** As parseEmailAddress() reads it. */
  email: string
  name: string | null
  /** The member who is signed in; null: nobody is. */
  customerId: string | null
  snapshot: Snapshot
  source: string | null
  language: string
  /** Of what the browser keeps. */
  nonceHash: Buffer
  expiresAt: Date
}

/** The last use of the coupon was taken. */
export class CouponUsedUp extends Error {}

/**
 * The open checkout of an offer for an e-mail. Of two who begin one at the same moment, one does, and the other gets
 * what the first has begun.
 *
 * @throws CouponUsedUp
 */
export async function openCheckout(
  app: App,
  wanted: Wanted,
): Promise<{ checkout: Checkout; isNew: boolean }> {
  const begun = await inTransaction(app.db, (tx) => insertCheckout(tx, wanted, 'open', app.clock.now()))
  if (begun) return { checkout: begun, isNew: true }
  const { siteId, offerId, email } = wanted
  const { rows } = await sql<Checkout>`
    select * from checkouts
     where offer_id = ${offerId} and lower(email) = lower(${email}) and site_id = ${siteId} and state = 'open'`.execute(
    app.db,
  )
  // Over in this moment.
  return rows[0] ? { checkout: rows[0], isNew: false } : openCheckout(app, wanted)
}

/**
 * Records a checkout with its use of a coupon.
 *
 * @returns null when another one is open
 * @throws CouponUsedUp
 */
export async function insertCheckout(
  tx: Tx,
  wanted: Wanted,
  state: 'open' | 'paid',
  now: Date,
): Promise<Checkout | null> {
  const { siteId, accountId, offerId, customerId, email, name, snapshot, language, source } = wanted
  const { rows } = await sql<Checkout>`
    insert into checkouts (site_id, provider_account_id, token, offer_id, customer_id, email, name, snapshot, language, source,
                           nonce_hash, state, expires_at, created_at, updated_at)
    values (${siteId}, ${accountId}, ${randomSecret()}, ${offerId}, ${customerId}, ${email}, ${name},
            ${JSON.stringify(snapshot)}::jsonb, ${language}, ${source}, ${wanted.nonceHash}, ${state}, ${wanted.expiresAt},
            ${now}, ${now})
    on conflict (offer_id, lower(email), site_id) where state = 'open' do nothing
    returning *`.execute(tx)
  const [checkout] = rows
  if (!checkout) return null
  const { coupon } = snapshot
  const isReserved =
    coupon === null ||
    (await reserveCoupon(tx, { siteId, checkoutId: checkout.id, couponId: coupon.id }, now))
  if (!isReserved) throw new CouponUsedUp()
  return checkout
}

/** Ends a checkout that is open: its coupon can be used by somebody else. @param isGiven which of them */
export async function closeCheckouts(tx: Tx, isGiven: RawBuilder<unknown>, now: Date): Promise<number> {
  const { rows } = await sql<{ site_id: string; id: string }>`
    update checkouts set state = 'expired', updated_at = ${now}
     where state = 'open' and ${isGiven}
    returning site_id, id`.execute(tx)
  for (const { site_id: siteId, id: checkoutId } of rows) await releaseCoupon(tx, { siteId, checkoutId }, now)
  return rows.length
}
