import type Stripe from 'stripe'
import type { FailedPayment, Payment, Reading } from '../reading.ts'
import { currencyOf, fromStripe, timeOf } from './amounts.ts'
import { taxOf } from './next-payment.ts'
import { paymentOf, readIntent } from './read-payment.ts'
import { readSubscription } from './read-subscription.ts'
import { idOf } from './references.ts'

/** An invoice with its payments, after the subscription that it is of; nothing for one of no subscription. */
export async function readInvoice(client: Stripe, id: string): Promise<Reading> {
  const invoice = await readWholeInvoice(client, id)
  const subscription = subscriptionOf(invoice)
  if (subscription === null) return []
  const reading = await readSubscription(client, subscription)
  if (reading.length === 0) return []
  // Those of the first and the latest one were read with the subscription.
  const payments = await paymentsOf(client, invoice, subscription)
  const others = payments.filter(({ reference }) => !reading.some((fact) => fact.reference === reference))
  // The state of the subscription comes last.
  return reading.toSpliced(-1, 0, ...others)
}

export const readWholeInvoice = (client: Stripe, id: string): Promise<Stripe.Invoice> =>
  client.invoices.retrieve(id, { expand: ['payments'] })

const subscriptionOf = ({ parent }: Stripe.Invoice): string | null =>
  parent?.subscription_details ? idOf(parent.subscription_details.subscription) : null

/** What was paid of an invoice, and each attempt that failed; nothing where nothing is to be paid, as in a trial. */
export async function paymentsOf(
  client: Stripe,
  invoice: Stripe.Invoice,
  subscription: string,
): Promise<(Payment | FailedPayment)[]> {
  if (invoice.amount_due === 0 && invoice.amount_paid === 0) return []
  const of = { subscription, isFirst: invoice.billing_reason === 'subscription_create' }
  const [period, currency] = [periodOf(invoice), currencyOf(invoice.currency)]
  const tax = fromStripe(taxOf(invoice), invoice.currency)
  const facts: (Payment | FailedPayment)[] = []
  for (const { payment, status } of invoice.payments?.data ?? []) {
    if (!payment.payment_intent) continue
    const id = idOf(payment.payment_intent)
    facts.push(...(await failuresOf(client, invoice, id, { ...of, period, tax, currency })))
    const intent = await readIntent(client, id)
    // That of a bank debit is open until the money is there.
    const isPayment = status === 'paid' || intent.status === 'processing'
    const fact = isPayment && paymentOf(intent, of, tax, period)
    if (fact) facts.push(fact)
  }
  return facts
}

/** Of each attempt that failed there is a charge. */
async function failuresOf(
  client: Stripe,
  invoice: Stripe.Invoice,
  intent: string,
  shared: Pick<FailedPayment, 'subscription' | 'isFirst' | 'period' | 'tax' | 'currency'>,
): Promise<FailedPayment[]> {
  if (invoice.attempt_count <= (invoice.status === 'paid' ? 1 : 0)) return []
  const charges = await client.charges
    .list({ payment_intent: intent, limit: 100 })
    .autoPagingToArray({ limit: 1_000 })
  return charges
    .filter(({ status }) => status === 'failed')
    .toReversed()
    .map(({ amount, failure_message, created }, index) => ({
      kind: 'failed_payment',
      reference: `${invoice.id}#${index + 1}`,
      ...shared,
      amount: fromStripe(amount, invoice.currency),
      failure: failure_message,
      occurredAt: timeOf(created),
    }))
}

/**
 * What the subscription itself is paid for. The invoice's own period looks back, and lines that the owner adds at Stripe
 * have others.
 */
function periodOf({ lines }: Stripe.Invoice): Payment['period'] {
  const own = lines.data.filter(({ parent }) => parent?.subscription_item_details?.proration === false)
  const last = (own.length > 0 ? own : lines.data).at(-1)?.period
  return last ? { start: timeOf(last.start), end: timeOf(last.end) } : null
}
