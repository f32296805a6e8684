import type { Tx } from '../../platform/db/database.ts'

/** Signs a customer out everywhere. */
export async function endAllSessions(tx: Tx, siteId: string, customerId: string): Promise<void> {
  await tx
    .deleteFrom('member_sessions')
    .where('site_id', '=', siteId)
    .where('customer_id', '=', customerId)
    .execute()
}
