import type { Selectable } from 'kysely'
import type { Db, Tx } from '../../platform/db/database.ts'
import type { Checkouts } from '../../platform/db/types.ts'
import type { ProviderAccount } from '../accounts/provider-account.ts'
import type { Snapshot } from './snapshot.ts'

/** The row of a checkout. */
export type Checkout = Omit<Selectable<Checkouts>, 'snapshot'> & { snapshot: Snapshot }

/** Locks the checkout of an account with this token. @returns undefined when there is none: something else was sold */
export async function lockCheckout(
  tx: Tx,
  { site_id, id }: Pick<ProviderAccount, 'site_id' | 'id'>,
  token: string,
): Promise<Checkout | undefined> {
  const row = await tx
    .selectFrom('checkouts')
    .selectAll()
    .where('token', '=', token)
    .where('site_id', '=', site_id)
    .where('provider_account_id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst()
  return row as Checkout | undefined
}

/** The checkout of a site with this token; null when there is none. */
export async function findCheckout(db: Db, siteId: string, token: string): Promise<Checkout | null> {
  const row = await db
    .selectFrom('checkouts')
    .selectAll()
    .where('token', '=', token)
    .where('site_id', '=', siteId)
    .executeTakeFirst()
  return (row as Checkout | undefined) ?? null
}
