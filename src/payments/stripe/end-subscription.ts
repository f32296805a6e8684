import type Stripe from 'stripe'
import { isMissing } from './errors.ts'

/**
 * Ends a subscription at once. Nothing is paid back, and no invoice is made of the rest. One that has ended already,
 * or is not there, is no error.
 */
export async function endSubscription(client: Stripe, id: string): Promise<void> {
  const { status } = await client.subscriptions.retrieve(id).catch((error) => {
    if (isMissing(error)) return { status: 'canceled' as const }
    throw error
  })
  if (status === 'canceled' || status === 'incomplete_expired') return
  try {
    await client.subscriptions.cancel(id, { prorate: false, invoice_now: false })
  } catch (error) {
    // It has ended since it was looked at.
    if (!isMissing(error)) throw error
  }
}
