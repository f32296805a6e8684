import type Stripe from 'stripe'
import type { Reading } from '../reading.ts'
import { readChargeHistory, readDispute } from './read-charge.ts'
import { readInvoice } from './read-invoice.ts'
import { readPayout } from './read-payout.ts'
import { readSession } from './read-session.ts'
import { readSubscription } from './read-subscription.ts'
import { idOf } from './references.ts'

/**
 * Reads what a notification is about, as it is now, and first what that belongs to: a notification can arrive before
 * those of what led to it.
 *
 * @param id of the object of the event
 * @throws Stripe's errors
 */
export async function readNotification(client: Stripe, type: string, id: string): Promise<Reading> {
  const kind = type.split('.').slice(0, -1).join('.')
  switch (kind) {
    case 'checkout.session':
      return readSession(client, id)
    case 'customer.subscription':
      return readSubscription(client, id)
    case 'invoice':
      return readInvoice(client, id)
    case 'charge':
      return readChargeHistory(client, id)
    case 'refund': {
      const { charge } = await client.refunds.retrieve(id)
      return charge === null ? [] : readChargeHistory(client, idOf(charge))
    }
    case 'charge.dispute':
      return readDispute(client, id)
    case 'payout':
      return readPayout(client, id)
    case 'customer':
      return [{ kind: 'gone_customer', reference: id }]
    default:
      return []
  }
}
