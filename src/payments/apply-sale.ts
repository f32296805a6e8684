import { ensureContact } from '../people/contacts/ensure-contact.ts'
import { contactOfCustomer } from '../people/customers/contact-of-customer.ts'
import { noteLanguage } from '../people/customers/note-language.ts'
import { recordEvent } from '../platform/events/events.ts'
import { parseEmailAddress } from '../platform/text/email-address.ts'
import { redeemCoupon, releaseCoupon } from '../sales/coupons/redeem-coupon.ts'
import { type PaymentResult, recordSales, type SoldItem } from '../sales/orders/record-sales.ts'
import { isFinal } from '../sales/subscriptions/save-subscription.ts'
import type { Applying } from './apply-reading.ts'
import type { Checkout } from './checkouts/find-checkout.ts'
import { findProviderCustomer, keepProviderCustomer } from './checkouts/provider-customers.ts'
import { noteTicket } from './inbox/tickets.ts'
import type { Payment, Reading, Sale, SubscriptionState } from './reading.ts'

/**
 * Records what was sold. A sale that waits for its payment is an order without access; when the payment has come, or
 * has not, the same sale is recorded again, with what is known then.
 */
export async function applySale(applying: Applying, sale: Sale, checkout: Checkout): Promise<void> {
  const { tx, account, origin, reading, ticket } = applying
  const payment = firstPaymentOf(reading, sale)
  const contactId = await contactOf(applying, sale, checkout)
  const [outcome] = await recordSales(
    tx,
    [
      {
        siteId: account.site_id,
        contactId,
        origin,
        provider: account.provider,
        reference: sale.reference,
        provider_account_id: account.id,
        is_test: !account.livemode,
        currency: sale.currency,
        ordered_at: sale.orderedAt,
        opt_in: checkout.opt_in,
        source: checkout.source ?? account.provider,
        cardholder_name: payment?.payer.name ?? null,
        billing_address_zip: payment?.payer.zip ?? null,
        items: [itemOf(sale, checkout, reading)],
        payment: resultOf(sale, payment),
        ticket,
      },
    ],
    origin.now,
  )
  if (outcome!.error !== null) throw new Error(`A sale was not recorded: ${outcome!.error}`)
  const { customerId, orderId } = outcome!
  await noteLanguage(tx, account.site_id, customerId, checkout.language)
  const { site_id: siteId, id: checkoutId } = checkout
  if (sale.state === 'paid') await redeemCoupon(tx, { siteId, checkoutId, orderId }, origin.now)
  await tx
    .updateTable('checkouts')
    .set({ customer_id: customerId })
    .where('id', '=', checkoutId)
    .where('site_id', '=', siteId)
    .execute()
  if (sale.state === 'failed')
    await announceFailure(applying, sale, { customerId, contactId, offerId: checkout.offer_id })
  const { reference } = sale.customer
  if (reference !== null) await keepProviderCustomer(tx, account, { reference, customerId, now: origin.now })
}

/** The customer is written to, once. */
async function announceFailure(
  { tx, account, origin }: Applying,
  { reference }: Sale,
  who: { customerId: string; contactId: string; offerId: string },
): Promise<void> {
  if (!(await noteTicket(tx, account, `${reference} failed`, '0'))) return
  const nothing = { purchase_id: null, transaction_id: null }
  await recordEvent(tx, 'payment_overdue', { siteId: account.site_id, ...who }, nothing, origin)
}

/** With which the checkout was paid; null where nothing is to be paid yet. */
const firstPaymentOf = (reading: Reading, sale: Sale): Payment | null =>
  reading.find(
    (fact): fact is Payment =>
      fact.kind === 'payment' && ('sale' in fact.of ? fact.of.sale === sale.reference : fact.of.isFirst),
  ) ?? null

function resultOf(sale: Sale, payment: Payment | null): PaymentResult | null {
  if (sale.total === 0) return null
  const { settlement } = payment ?? {}
  return {
    state: sale.state === 'paid' ? 'succeeded' : sale.state === 'failed' ? 'failed' : 'initialized',
    reference: payment?.reference ?? sale.reference,
    fee: payment?.fee ?? null,
    settlement_amount: settlement?.amount ?? null,
    settlement_fee: settlement?.fee ?? null,
    settlement_currency: settlement?.currency ?? null,
    failure: payment?.failure ?? null,
  }
}

/** Who bought: whom the provider's customer or the checkout names, or else whoever has the e-mail that was entered. */
async function contactOf(
  { tx, account, origin }: Applying,
  { customer }: Sale,
  checkout: Checkout,
): Promise<string> {
  const known = customer.reference && (await findProviderCustomer(tx, account, customer.reference))
  const customerId = known ?? checkout.customer_id
  const contactId = customerId && (await contactOfCustomer(tx, account.site_id, customerId))
  if (contactId) return contactId
  const email = parseEmailAddress(checkout.email || customer.email || '')
  if (!email) throw new Error(`The checkout ${checkout.id} has no e-mail.`)
  const values = {
    email,
    ...((checkout.name ?? customer.name) ? { name: (checkout.name ?? customer.name)! } : {}),
  }
  const { contact } = await ensureContact(tx, account.site_id, values, origin)
  return contact.id
}

function itemOf(sale: Sale, { offer_id, snapshot }: Checkout, reading: Reading): SoldItem {
  const { subtotal, discount, tax, total } = sale
  const subscription = reading.find((fact): fact is SubscriptionState => fact.kind === 'subscription')
  return {
    offer_id,
    quantity: 1,
    subtotal,
    discount,
    tax,
    total,
    payment_type: snapshot.payment_type,
    amount: subscription ? regularAmountOf(subscription, sale, snapshot.amount) : total,
    coupon_code: snapshot.coupon?.code ?? null,
    subscription: subscription
      ? {
          reference: subscription.reference,
          schedule_reference: subscription.schedule,
          // Its end is recorded next, with its time.
          status: isFinal(subscription.status) ? 'active' : subscription.status,
          amount: subscription.amount,
          tax: subscription.tax,
          interval: subscription.interval,
          interval_count: subscription.intervalCount,
          payments_total: snapshot.payments_total,
          trial_ends_at: subscription.trialEndsAt,
          period_start: subscription.periodStart,
          period_end: subscription.periodEnd,
          cancel_at: subscription.cancelAt,
        }
      : null,
  }
}

/** The price of each regular payment: without a coupon, as long as one applies to some of them only. */
const regularAmountOf = ({ amount }: SubscriptionState, { tax, total }: Sale, price: number): number =>
  amount > 0 ? amount : total > 0 ? price + tax : price

/** A checkout is over when it is paid, or can be paid no more: then its coupon can be used by somebody else. */
export async function endCheckout({ tx, origin }: Applying, sale: Sale, checkout: Checkout): Promise<void> {
  if (sale.state === checkout.state) return
  const { site_id: siteId, id: checkoutId } = checkout
  if (sale.state === 'expired' || sale.state === 'failed')
    await releaseCoupon(tx, { siteId, checkoutId }, origin.now)
  await tx
    .updateTable('checkouts')
    .set({ state: sale.state, session_id: sale.reference, updated_at: origin.now })
    .where('id', '=', checkoutId)
    .where('site_id', '=', siteId)
    .execute()
}
