import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'
import type { ProviderAccount } from '../accounts/provider-account.ts'

/**
 * What is to be done at the provider. Its type in the inbox begins with TASK_PREFIX, as no event of a provider does;
 * it is done soon after the transaction has committed, and repeated until it succeeds.
 *
 * - connect: checks the key of the account, and creates its webhook endpoint.
 * - disconnect: removes the webhook endpoint.
 * - test_webhook: has the provider send a notification.
 * - cancel_subscription: ends a subscription, of which nothing is paid back.
 * - limit_payments: lets a subscription end after the last payment of its plan.
 * - read_subscription: reads a subscription and applies its state, as a notification of it does.
 * - read_session: the same with a checkout session.
 */
export type Task =
  | 'connect'
  | 'disconnect'
  | 'test_webhook'
  | 'cancel_subscription'
  | 'limit_payments'
  | 'read_subscription'
  | 'read_session'

export const TASK_PREFIX = 'bestow.'

/** Queues it, once for each object: one that waits already, or was done before, becomes due again. */
export async function queueTask(
  tx: Tx,
  account: Pick<ProviderAccount, 'site_id' | 'id'>,
  task: Task,
  objectId: string,
  now: Date,
): Promise<void> {
  const type = `${TASK_PREFIX}${task}`
  await tx
    .insertInto('provider_events')
    .values({
      site_id: account.site_id,
      provider_account_id: account.id,
      event_id: `${type}:${objectId}`,
      type,
      object_id: objectId,
      created_at: now,
      due_at: now,
    })
    .onConflict((conflict) =>
      conflict.columns(['event_id', 'provider_account_id', 'site_id']).doUpdateSet({
        due_at: now,
        attempts: 0,
        error: null,
        failed_at: null,
        processed_at: null,
        outcome: null,
        // Whoever is doing it now began before this wish: it is done again.
        leased_until: null,
        created_at: sql<Date>`excluded.created_at`,
      }),
    )
    .execute()
}
