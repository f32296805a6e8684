import type { App } from '../platform/app.ts'
import type { Tx } from '../platform/db/database.ts'
import type { Origin } from '../platform/events/events.ts'
import type { ProviderAccount } from './accounts/provider-account.ts'
import { applyDispute, applyFailedPayment, applyPayment, applyRefund } from './apply-payments.ts'
import { applyPayout } from './apply-payout.ts'
import { applySale, endCheckout } from './apply-sale.ts'
import { applySubscription } from './apply-subscription.ts'
import { type Checkout, lockCheckout } from './checkouts/find-checkout.ts'
import { noteGone } from './checkouts/provider-customers.ts'
import { noteTicket } from './inbox/tickets.ts'
import type { Fact, Reading, Sale } from './reading.ts'

/** What is recorded together. */
export interface Applying {
  tx: Tx
  account: ProviderAccount
  origin: Origin
  /** All that was read. */
  reading: Reading
  ticket: string
}

/**
 * Records what was read, as far as no newer reading was recorded. Of each fact there is one row, whichever
 * notification it came with, and however often.
 *
 * @param ticket taken before the reading began
 * @returns `foreign` for what no checkout of the account led to
 */
export async function applyReading(
  app: App,
  tx: Tx,
  account: ProviderAccount,
  reading: Reading,
  ticket: string,
): Promise<'applied' | 'foreign'> {
  const origin = { actor: 'stripe', requestId: null, now: app.clock.now() }
  const applying = { tx, account, origin, reading, ticket }
  const sale = reading.find((fact): fact is Sale => fact.kind === 'sale')
  // Held until all is recorded: what belongs to one checkout is recorded one reading at a time.
  const checkout = sale && (await checkoutOf(tx, account, sale))
  if (reading.length === 0 || (sale && !checkout)) return 'foreign'
  for (const fact of reading) {
    if (await noteTicket(tx, account, fact.reference, ticket)) await applyFact(applying, fact, checkout)
  }
  return 'applied'
}

const checkoutOf = async (
  tx: Tx,
  account: ProviderAccount,
  { checkout }: Sale,
): Promise<Checkout | undefined> => (checkout === null ? undefined : lockCheckout(tx, account, checkout))

async function applyFact(applying: Applying, fact: Fact, checkout: Checkout | undefined): Promise<void> {
  switch (fact.kind) {
    case 'sale':
      if (['pending', 'paid', 'failed'].includes(fact.state)) await applySale(applying, fact, checkout!)
      return endCheckout(applying, fact, checkout!)
    case 'subscription':
      return applySubscription(applying, fact)
    case 'payment':
      return applyPayment(applying, fact)
    case 'failed_payment':
      return applyFailedPayment(applying, fact)
    case 'refund':
      return applyRefund(applying, fact)
    case 'dispute':
      return applyDispute(applying, fact)
    case 'payout':
      return applyPayout(applying, fact)
    case 'gone_customer':
      return noteGone(applying.tx, applying.account, fact.reference, applying.origin.now)
  }
}
