import type { App } from '../platform/app.ts'
import { inTransaction } from '../platform/db/database.ts'
import { clientOf, type ProviderAccount } from './accounts/provider-account.ts'
import { applyReading } from './apply-reading.ts'
import { nextTicket } from './inbox/tickets.ts'
import { readNotification } from './stripe/read-notification.ts'

/** Objects of a provider that pages ask for: what a notification of them would lead to is recorded at once. */
const EVENT_OF = {
  session: 'checkout.session.completed',
  subscription: 'customer.subscription.updated',
} as const

/** Reads an object at the provider as it is now, and records it as the inbox does. @throws Stripe's errors */
export async function readNow(
  app: App,
  account: ProviderAccount,
  kind: keyof typeof EVENT_OF,
  id: string,
): Promise<void> {
  const ticket = await nextTicket(app.db)
  const reading = await readNotification(clientOf(app, account), EVENT_OF[kind], id)
  await inTransaction(app.db, (tx) => applyReading(app, tx, account, reading, ticket))
  app.onEvents()
}
