import type { OfferForSale } from '../../catalogue/offers/read-for-sale.ts'
import { ensureContact } from '../../people/contacts/ensure-contact.ts'
import { noteLanguage } from '../../people/customers/note-language.ts'
import type { App } from '../../platform/app.ts'
import { inTransaction } from '../../platform/db/database.ts'
import type { Coupon } from '../../sales/coupons/find-coupon.ts'
import { redeemCoupon } from '../../sales/coupons/redeem-coupon.ts'
import { recordSales } from '../../sales/orders/record-sales.ts'
import { readStanding } from '../../sales/read-standing.ts'
import type { WantedPurchase } from './begin-checkout.ts'
import { CouponUsedUp, insertCheckout } from './open-checkout.ts'
import { discountIn, snapshotOf } from './snapshot.ts'

export type Claimed =
  | { outcome: 'claimed'; isNewCustomer: boolean }
  /** They had it before, and it has ended: the owner gives it again. */
  | { outcome: 'not_again' }
  /** The coupon has no use left; or the customer of another contact has the e-mail. */
  | { outcome: 'used_up' }
  | { outcome: 'taken' }

/**
 * Gives somebody an offer for which nothing is to be paid: an order, a purchase and their events, in one
 * transaction. Whoever holds it already gets nothing more. To whom the owner has ended it, it is not given again; nor is
 * a free offer whose access period is over, as there is one trial.
 */
export async function claimFree(app: App, purchase: WantedPurchase): Promise<Claimed> {
  try {
    const claimed = await claim(app, purchase)
    app.onEvents()
    return claimed
  } catch (error) {
    if (error instanceof CouponUsedUp) return { outcome: 'used_up' }
    if (error instanceof AddressTaken) return { outcome: 'taken' }
    throw error
  }
}

class AddressTaken extends Error {}

const claim = (app: App, { offer, coupon, ...buyer }: WantedPurchase): Promise<Claimed> =>
  inTransaction(app.db, async (tx) => {
    const now = app.clock.now()
    const { siteId, email, name } = buyer
    const origin = {
      actor: buyer.customerId === null ? 'visitor' : `customer:${buyer.customerId}`,
      requestId: null,
      now,
    }
    // Held until the end: of two claims at once, the second one finds what the first has given.
    const { contact } = await ensureContact(tx, siteId, { email, name: name ?? '' }, origin)
    const standing = await readStanding(tx, { siteId, contactId: contact.id, offerId: offer.id }, now)
    if (standing.isHeld) return { outcome: 'claimed', isNewCustomer: false }
    const isOver = standing.endedBy === 'time' && offer.payment_type === 'free'
    if (standing.endedBy === 'owner' || isOver) return { outcome: 'not_again' }
    const snapshot = snapshotOf(offer, coupon, false)
    const checkout = await insertCheckout(
      tx,
      { ...buyer, accountId: null, offerId: offer.id, snapshot, expiresAt: now },
      'paid',
      now,
    )
    const discount = discountIn(snapshot)
    const [outcome] = await recordSales(
      tx,
      [
        {
          siteId,
          contactId: contact.id,
          origin,
          provider: 'bestow',
          reference: checkout!.token,
          currency: offer.currency,
          ordered_at: now,
          source: buyer.source,
          items: [itemOf(offer, coupon, discount)],
          payment: { state: 'succeeded', reference: null },
        },
      ],
      now,
    )
    if (outcome!.error === 'email_taken') throw new AddressTaken()
    if (outcome!.error !== null) throw new Error(`A free offer was not given: ${outcome!.error}`)
    const { orderId, customerId } = outcome!
    await noteLanguage(tx, siteId, customerId, buyer.language)
    await redeemCoupon(tx, { siteId, checkoutId: checkout!.id, orderId }, now)
    await tx
      .updateTable('checkouts')
      .set({ customer_id: customerId })
      .where('id', '=', checkout!.id)
      .where('site_id', '=', siteId)
      .execute()
    return { outcome: 'claimed', isNewCustomer: !standing.isCustomer }
  })

const itemOf = ({ id, price, payment_type }: OfferForSale, coupon: Coupon | null, discount: number) => ({
  offer_id: id,
  quantity: 1,
  subtotal: price,
  discount,
  tax: 0,
  total: price - discount,
  payment_type,
  amount: 0,
  coupon_code: coupon?.code ?? null,
  subscription: null,
})
