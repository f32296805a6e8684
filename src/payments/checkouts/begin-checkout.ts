import { isDeepStrictEqual } from 'node:util'
import { sql } from 'kysely'
import type { OfferForSale } from '../../catalogue/offers/read-for-sale.ts'
import { findContactByEmail } from '../../people/contacts/find-contact.ts'
import type { App } from '../../platform/app.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import { inTransaction, isUnavailable } from '../../platform/db/database.ts'
import type { Coupon } from '../../sales/coupons/find-coupon.ts'
import { readStanding } from '../../sales/read-standing.ts'
import { clientOf, type ProviderAccount } from '../accounts/provider-account.ts'
import { readNow } from '../read-now.ts'
import { isPriceChargeable } from '../stripe/create-session.ts'
import { explain, isRefused } from '../stripe/errors.ts'
import { beginSession, type ReturnAddresses } from './begin-session.ts'
import type { Checkout } from './find-checkout.ts'
import { CouponUsedUp, closeCheckouts, openCheckout, type Wanted } from './open-checkout.ts'
import { snapshotOf } from './snapshot.ts'

const realNow = () => systemClock.now().getTime()

/** Longer than people take, and short enough for what it reserves of a coupon. */
const VALID_MS = 2 * 3_600_000
/** The provider takes no end that is nearer than half an hour. */
const SHORTEST_MS = 35 * 60_000
const MOST_ROUNDS = 4

export type Begun =
  /** To be paid at this address of the provider. */
  | { outcome: 'session'; url: string }
  /** It was paid in this moment, in another tab. */
  | { outcome: 'paid'; token: string }
  /** A subscription of the offer goes on. */
  | { outcome: 'running' }
  /** An earlier payment for it is on its way. */
  | { outcome: 'pending' }
  | { outcome: 'used_up' }
  /** The provider does not answer, or refuses: nothing has begun. */
  | { outcome: 'unavailable' }

/** Who buys which offer, with which coupon. */
export interface WantedPurchase extends Omit<Wanted, 'accountId' | 'offerId' | 'snapshot' | 'expiresAt'> {
  offer: OfferForSale
  coupon: Coupon | null
}

/**
 * Begins to sell an offer: one checkout at a time for each e-mail and offer. The browser that has begun it gets the same
 * session again, in another tab too; for another browser, coupon or price, the open one is ended first, so that only
 * who has begun it can be led on by its nonce.
 */
export async function beginCheckout(
  app: App,
  account: ProviderAccount,
  purchase: WantedPurchase,
  addresses: ReturnAddresses,
): Promise<Begun> {
  try {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const begun = await tryToBegin(app, account, purchase, addresses)
      if (begun) return begun
    }
  } catch (error) {
    if (error instanceof CouponUsedUp) return { outcome: 'used_up' }
    if (isUnavailable(error)) throw error
    app.log.warn({ problem: explain(error), account: account.id }, 'a checkout could not begin')
  }
  return { outcome: 'unavailable' }
}

/** @returns null when what was open has ended: it can be tried again */
async function tryToBegin(
  app: App,
  account: ProviderAccount,
  { offer, coupon, ...buyer }: WantedPurchase,
  addresses: ReturnAddresses,
): Promise<Begun | null> {
  const { siteId, email } = buyer
  const contactId = await findContactByEmail(app.db, siteId, email)
  const standing = await readStanding(app.db, { siteId, contactId, offerId: offer.id }, app.clock.now())
  if (standing.isRunning) return { outcome: 'running' }
  if (await isPending(app, buyer, offer.id)) return { outcome: 'pending' }
  const snapshot = snapshotOf(offer, coupon, !standing.hadTrial)
  if (!isPriceChargeable(snapshot)) return { outcome: 'unavailable' }
  const { checkout, isNew } = await openCheckout(app, {
    ...buyer,
    accountId: account.id,
    offerId: offer.id,
    snapshot,
    // In real time: that of the provider does not follow a clock that was moved.
    expiresAt: new Date(Math.floor((realNow() + VALID_MS) / 1000) * 1000),
  })
  if (isNew || isSame(checkout, account, { snapshot, nonceHash: buyer.nonceHash }))
    return goOn(app, account, checkout, addresses)
  await endOpen(app, account, checkout)
  return null
}

async function isPending({ db }: App, { siteId, email }: Pick<Wanted, 'siteId' | 'email'>, offerId: string) {
  const { rows } = await sql`
    select from checkouts
     where offer_id = ${offerId} and lower(email) = lower(${email}) and site_id = ${siteId} and state = 'pending'
     limit 1`.execute(db)
  return rows.length > 0
}

const isSame = (
  checkout: Checkout,
  account: ProviderAccount,
  { snapshot, nonceHash }: Pick<Wanted, 'snapshot' | 'nonceHash'>,
): boolean =>
  checkout.provider_account_id === account.id &&
  checkout.nonce_hash.equals(nonceHash) &&
  isDeepStrictEqual(checkout.snapshot, snapshot) &&
  (checkout.session_id !== null || checkout.expires_at.getTime() > realNow() + SHORTEST_MS)

/** To the session of a checkout, which begins unless it has. */
async function goOn(
  app: App,
  account: ProviderAccount,
  checkout: Checkout,
  addresses: ReturnAddresses,
): Promise<Begun | null> {
  if (checkout.session_id === null) {
    try {
      const url = await beginSession(app, account, checkout, addresses)
      return url === null ? null : { outcome: 'session', url }
    } catch (error) {
      // Nobody knows the address of a session that may have begun all the same.
      await close(app, checkout)
      throw error
    }
  }
  const session = await clientOf(app, account).checkout.sessions.retrieve(checkout.session_id)
  if (session.status === 'open') return { outcome: 'session', url: session.url! }
  await readNow(app, account, 'session', session.id)
  return session.status === 'complete' ? { outcome: 'paid', token: checkout.token } : null
}

/** Ends an open checkout, at the provider first: what is paid there counts, whatever was to replace it. */
async function endOpen(app: App, account: ProviderAccount, checkout: Checkout): Promise<void> {
  if (checkout.session_id !== null && checkout.provider_account_id === account.id) {
    await clientOf(app, account)
      .checkout.sessions.expire(checkout.session_id)
      .catch((error) => {
        // It is complete, or over.
        if (!isRefused(error)) throw error
      })
    await readNow(app, account, 'session', checkout.session_id)
  } else await close(app, checkout)
}

const close = (app: App, { site_id, id }: Checkout) =>
  inTransaction(app.db, (tx) => closeCheckouts(tx, sql`id = ${id} and site_id = ${site_id}`, app.clock.now()))
