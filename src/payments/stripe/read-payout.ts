import type Stripe from 'stripe'
import type { Payout, PayoutEntry, Reading } from '../reading.ts'
import { currencyOf, fromStripe, timeOf } from './amounts.ts'
import { settlementIn } from './read-payment.ts'
import { idOf } from './references.ts'

/** As many entries as are read of one payout. */
const MOST_ENTRIES = 10_000

/** A payout with what it consists of, once Stripe says so. */
export async function readPayout(client: Stripe, id: string): Promise<Reading> {
  const payout = await client.payouts.retrieve(id, { expand: ['destination'] })
  const isKnown = payout.automatic && payout.reconciliation_status === 'completed'
  const entries = isKnown
    ? await client.balanceTransactions
        .list({ payout: id, limit: 100, expand: ['data.source'] })
        .autoPagingToArray({ limit: MOST_ENTRIES })
    : null
  return [
    {
      kind: 'payout',
      reference: payout.id,
      status: payout.status,
      amount: fromStripe(payout.amount, payout.currency),
      currency: currencyOf(payout.currency),
      initiatedAt: timeOf(payout.created),
      arrivalAt: timeOf(payout.arrival_date),
      bankAccount: bankAccountOf(payout),
      // The payout itself is one of them.
      entries: entries?.filter(({ type }) => type !== 'payout').map(entryOf) ?? null,
    },
  ]
}

function bankAccountOf({ destination }: Stripe.Payout): Payout['bankAccount'] {
  if (destination === null || typeof destination === 'string' || !('last4' in destination)) return null
  const bank = 'bank_name' in destination ? destination.bank_name : null
  return [bank, destination.last4].filter(Boolean).join(' ')
}

function entryOf(entry: Stripe.BalanceTransaction): PayoutEntry {
  const { source } = entry
  return {
    reference: entry.id,
    type: typeOf(entry),
    source: source && idOf(source),
    ...settlementIn(entry),
    net: fromStripe(entry.net, entry.currency),
    description: entry.description,
    occurredAt: timeOf(entry.created),
  }
}

function typeOf({ type }: Stripe.BalanceTransaction): PayoutEntry['type'] {
  if (type === 'charge' || type === 'payment') return 'sale'
  return type === 'refund' || type === 'payment_refund' ? 'refund' : 'adjustment'
}
