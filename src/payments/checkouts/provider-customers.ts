import type { Db, Tx } from '../../platform/db/database.ts'
import type { ProviderAccount } from '../accounts/provider-account.ts'

type Account = Pick<ProviderAccount, 'site_id' | 'id'>

/** The customer whom the provider knows by this name. Not by e-mail: people use several. */
export async function findProviderCustomer(
  tx: Tx,
  { site_id, id }: Account,
  reference: string,
): Promise<string | null> {
  const row = await tx
    .selectFrom('provider_customers')
    .select('customer_id')
    .where('reference', '=', reference)
    .where('provider_account_id', '=', id)
    .where('site_id', '=', site_id)
    .executeTakeFirst()
  return row?.customer_id ?? null
}

/** Keeps whom the provider knows by this name; it stays with the customer whom it named first. */
export async function keepProviderCustomer(
  tx: Tx,
  { site_id, id }: Account,
  { reference, customerId, now }: { reference: string; customerId: string; now: Date },
): Promise<void> {
  await tx
    .insertInto('provider_customers')
    .values({ site_id, provider_account_id: id, reference, customer_id: customerId, created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** The customer was deleted at the provider, and cannot be charged under this name any more. */
export async function noteGone(
  tx: Tx,
  { site_id, id }: Account,
  reference: string,
  now: Date,
): Promise<void> {
  await tx
    .updateTable('provider_customers')
    .set({ gone_at: now })
    .where('site_id', '=', site_id)
    .where('provider_account_id', '=', id)
    .where('reference', '=', reference)
    .where('gone_at', 'is', null)
    .execute()
}

/** The name under which the provider knows a customer, the latest of several; null when there is none. */
export async function providerCustomerOf(
  db: Db,
  { site_id, id }: Account,
  customerId: string | null,
): Promise<string | null> {
  if (customerId === null) return null
  const row = await db
    .selectFrom('provider_customers')
    .select('reference')
    .where('customer_id', '=', customerId)
    .where('provider_account_id', '=', id)
    .where('site_id', '=', site_id)
    .where('gone_at', 'is', null)
    .orderBy('created_at', 'desc')
    .orderBy('reference', 'desc')
    .executeTakeFirst()
  return row?.reference ?? null
}
