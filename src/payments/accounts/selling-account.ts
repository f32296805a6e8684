import type { Db } from '../../platform/db/database.ts'
import type { ProviderAccount } from './provider-account.ts'

/** The account through which a site sells: the one for real money, else the one for tests; null when none is ready. */
export async function sellingAccount(db: Db, siteId: string): Promise<ProviderAccount | null> {
  const account = await db
    .selectFrom('provider_accounts')
    .selectAll()
    .where('site_id', '=', siteId)
    .where('archived_at', 'is', null)
    .where('connected_at', 'is not', null)
    .where('problem', 'is', null)
    .orderBy('livemode', 'desc')
    .executeTakeFirst()
  return account ?? null
}

/** An account of a site, if it is still connected. */
export async function connectedAccount(
  db: Db,
  siteId: string,
  id: string | null,
): Promise<ProviderAccount | null> {
  if (id === null) return null
  const account = await db
    .selectFrom('provider_accounts')
    .selectAll()
    .where('site_id', '=', siteId)
    .where('id', '=', id)
    .where('archived_at', 'is', null)
    .executeTakeFirst()
  return account ?? null
}
