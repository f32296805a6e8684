import type Stripe from 'stripe'
import type { Reading, Sale } from '../reading.ts'
import { currencyOf, fromStripe, timeOf } from './amounts.ts'
import { paymentOf, readIntent } from './read-payment.ts'
import { readSubscription } from './read-subscription.ts'
import { CHECKOUT_METADATA, idOf } from './references.ts'

/** A checkout session with its payment, or with the subscription that it began. */
export async function readSession(client: Stripe, id: string): Promise<Reading> {
  const session = await client.checkout.sessions.retrieve(id)
  if (session.subscription !== null) return readSubscription(client, idOf(session.subscription), session)
  return readPaidOnce(client, session)
}

/** The same of a session that takes one payment. */
export async function readPaidOnce(client: Stripe, session: Stripe.Checkout.Session): Promise<Reading> {
  const { payment_intent } = session
  const intent = payment_intent === null ? null : await readIntent(client, idOf(payment_intent))
  const isFailed = intent !== null && ['requires_payment_method', 'canceled'].includes(intent.status)
  const sale = saleOf(session, isFailed)
  const tax = fromStripe(session.total_details?.amount_tax ?? 0, session.currency!)
  const payment = intent && sale.state !== 'open' && paymentOf(intent, { sale: sale.reference }, tax)
  return payment ? [sale, payment] : [sale]
}

/** @param isPaymentFailed the payment of a complete session did not come */
export function saleOf(session: Stripe.Checkout.Session, isPaymentFailed = false): Sale {
  const currency = session.currency ?? ''
  const amount = (cents: number | null | undefined) => fromStripe(cents ?? 0, currency)
  const { amount_discount, amount_tax } = session.total_details ?? {}
  const [total, discount, tax] = [amount(session.amount_total), amount(amount_discount), amount(amount_tax)]
  return {
    kind: 'sale',
    reference: session.id,
    checkout: session.metadata?.[CHECKOUT_METADATA] ?? null,
    state: stateOf(session, isPaymentFailed),
    customer: {
      reference: session.customer && idOf(session.customer),
      email: session.customer_details?.email ?? session.customer_email,
      name: session.customer_details?.name ?? null,
    },
    currency: currencyOf(currency),
    // Of a price that includes tax, amount_subtotal includes it as well.
    subtotal: total - tax + discount,
    discount,
    tax,
    total,
    orderedAt: timeOf(session.created),
  }
}

function stateOf(
  { status, payment_status }: Stripe.Checkout.Session,
  isPaymentFailed: boolean,
): Sale['state'] {
  if (status === 'expired') return 'expired'
  if (status !== 'complete') return 'open'
  if (payment_status !== 'unpaid') return 'paid'
  return isPaymentFailed ? 'failed' : 'pending'
}
