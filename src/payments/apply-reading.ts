import type { App } from '../platform/app.ts'
import type { Tx } from '../platform/db/database.ts'
import type { ProviderAccount } from './accounts/provider-account.ts'
import { noteTicket } from './inbox/tickets.ts'
import type { Fact, Reading } from './reading.ts'

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
  for (const fact of reading) {
    if (await noteTicket(tx, account, fact.reference, ticket)) await applyFact(app, tx, account, fact)
  }
  return reading.length === 0 ? 'foreign' : 'applied'
}

async function applyFact(app: App, tx: Tx, account: ProviderAccount, fact: Fact): Promise<void> {
  if (fact.kind !== 'gone_customer') return
  await tx
    .updateTable('provider_customers')
    .set({ gone_at: app.clock.now() })
    .where('site_id', '=', account.site_id)
    .where('provider_account_id', '=', account.id)
    .where('reference', '=', fact.reference)
    .where('gone_at', 'is', null)
    .execute()
}
