import type Stripe from 'stripe'
import type { Payment, Settlement } from '../reading.ts'
import { currencyOf, fromStripe, timeOf } from './amounts.ts'

/** A payment with its last charge, and with what that has brought. */
export const readIntent = (client: Stripe, id: string): Promise<Stripe.PaymentIntent> =>
  client.paymentIntents.retrieve(id, { expand: ['latest_charge.balance_transaction'] })

/**
 * What a payment has come to.
 *
 * @param tax of it
 * @returns null when nobody has tried to pay
 */
export function paymentOf(
  intent: Stripe.PaymentIntent,
  of: Payment['of'],
  tax: number,
  period: Payment['period'] = null,
): Payment | null {
  const charge = intent.latest_charge as Stripe.Charge | null
  if (charge === null) return null
  return {
    kind: 'payment',
    reference: charge.id,
    of,
    state: stateOf(charge),
    amount: fromStripe(charge.amount, charge.currency),
    tax,
    currency: currencyOf(charge.currency),
    ...settlementOf(charge),
    period,
    payer: {
      name: charge.billing_details.name,
      zip: charge.billing_details.address?.postal_code ?? null,
    },
    failure: charge.failure_message,
    occurredAt: timeOf(charge.created),
  }
}

const stateOf = ({ status }: Stripe.Charge): Payment['state'] =>
  status === 'succeeded' ? 'succeeded' : status === 'pending' ? 'initialized' : 'failed'

/** What the charge has brought; the fee is in its own currency only where that is the one of the account. */
function settlementOf({ balance_transaction, currency }: Stripe.Charge): Pick<Payment, 'fee' | 'settlement'> {
  if (balance_transaction === null || typeof balance_transaction === 'string')
    return { fee: null, settlement: null }
  const settlement = settlementIn(balance_transaction)
  return { fee: balance_transaction.currency === currency ? settlement.fee : null, settlement }
}

/** What an entry of the ledger says. */
export const settlementIn = ({ amount, fee, currency }: Stripe.BalanceTransaction): Settlement => ({
  amount: fromStripe(amount, currency),
  fee: fromStripe(fee, currency),
  currency: currencyOf(currency),
})
