/** What is done at the provider because something happened here: see queue-task.ts. */
import type { App } from '../../platform/app.ts'
import type { Tx } from '../../platform/db/database.ts'
import { connectAccount, provokeNotification, removeWebhook } from '../accounts/connect-account.ts'
import { clientOf, type ProviderAccount } from '../accounts/provider-account.ts'
import { applyReading } from '../apply-reading.ts'
import { endSubscription } from '../stripe/end-subscription.ts'
import { limitPayments } from '../stripe/limit-payments.ts'
import { readNotification } from '../stripe/read-notification.ts'
import type { Task } from './queue-task.ts'
import { nextTicket } from './tickets.ts'

/** @returns what is to be written, in the transaction that marks the task as done */
type Finish = (tx: Tx) => Promise<unknown>

/** @param objectId of the account, or of the subscription or session at the provider */
export async function performTask(
  app: App,
  account: ProviderAccount,
  task: Task,
  objectId: string,
): Promise<Finish> {
  switch (task) {
    case 'connect':
      return account.archived_at === null ? connectAccount(app, account) : nothing
    case 'disconnect':
      await removeWebhook(app, account)
      return nothing
    case 'test_webhook':
      await provokeNotification(app, account)
      return nothing
    case 'cancel_subscription':
      await endSubscription(clientOf(app, account), objectId)
      return readAgain(app, account, objectId)
    case 'limit_payments':
      await limitPayments(clientOf(app, account), objectId)
      return readAgain(app, account, objectId)
    case 'read_subscription':
      return readAgain(app, account, objectId)
    case 'read_session':
      return readAgain(app, account, objectId, 'checkout.session.expired')
  }
}

const nothing: Finish = async () => {}

/** The notification of the change will come; its effect need not wait for it. */
async function readAgain(
  app: App,
  account: ProviderAccount,
  id: string,
  type = 'customer.subscription.updated',
): Promise<Finish> {
  const ticket = await nextTicket(app.db)
  const reading = await readNotification(clientOf(app, account), type, id)
  return (tx) => applyReading(app, tx, account, reading, ticket)
}
