import type Stripe from 'stripe'
import type { Db, Tx } from '../../platform/db/database.ts'
import type { ProviderAccount } from '../accounts/provider-account.ts'
import { isKnownType } from '../stripe/event-types.ts'

/**
 * Stores notifications of an account, each once; they are processed later. Of what they say only the type and the id
 * of the object are used.
 *
 * @returns number of those that were not there yet
 */
export async function storeEvents(
  db: Db | Tx,
  account: Pick<ProviderAccount, 'site_id' | 'id' | 'livemode' | 'provider_account'>,
  events: Stripe.Event[],
  now: Date,
): Promise<number> {
  if (events.length === 0) return 0
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('provider_events')
    .values(
      events.map((event) => {
        const outcome = outcomeAtOnce(account, event)
        return {
          site_id: account.site_id,
          provider_account_id: account.id,
          event_id: event.id,
          type: event.type,
          object_id: (event.data.object as { id?: string }).id ?? '',
          created_at: now,
          due_at: outcome ? null : now,
          processed_at: outcome && now,
          outcome,
        }
      }),
    )
    .onConflict((conflict) => conflict.columns(['event_id', 'provider_account_id', 'site_id']).doNothing())
    .executeTakeFirstOrThrow()
  return Number(numInsertedOrUpdatedRows ?? 0)
}

/** Of what is not processed at all. */
function outcomeAtOnce(
  { livemode, provider_account }: Pick<ProviderAccount, 'livemode' | 'provider_account'>,
  event: Stripe.Event,
): 'wrong_mode' | 'ignored' | null {
  if (event.livemode !== livemode) return 'wrong_mode'
  if (event.account && event.account !== provider_account) return 'wrong_mode'
  return isKnownType(event.type) ? null : 'ignored'
}
