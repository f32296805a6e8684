/**
 * Which reading of an object came last. A ticket is taken before anything is read: what a reading with a higher ticket
 * saw is as new as what one with a lower ticket saw, or newer. So no lock is held while the provider is asked, and of
 * two readings that overlap the older one is dropped.
 */
import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db/database.ts'
import type { ProviderAccount } from '../accounts/provider-account.ts'

export async function nextTicket(db: Db): Promise<string> {
  const { rows } = await sql<{ ticket: string }>`select nextval('provider_tickets') as ticket`.execute(db)
  return rows[0]!.ticket
}

/** Notes the ticket of an object, unless one as high was noted. @returns whether this reading is the newest */
export async function noteTicket(
  tx: Tx,
  { site_id, id }: Pick<ProviderAccount, 'site_id' | 'id'>,
  reference: string,
  ticket: string,
): Promise<boolean> {
  const noted = await tx
    .insertInto('provider_objects')
    .values({ site_id, provider_account_id: id, reference, ticket })
    .onConflict((conflict) =>
      conflict
        .columns(['reference', 'provider_account_id', 'site_id'])
        .doUpdateSet({ ticket })
        .where('provider_objects.ticket', '<', ticket),
    )
    .returning('ticket')
    .executeTakeFirst()
  return noted !== undefined
}

/** Notes that a subscription was seen, and whether it can still change. */
export async function noteSeen(
  tx: Tx,
  { site_id, id }: Pick<ProviderAccount, 'site_id' | 'id'>,
  reference: string,
  isLive: boolean,
): Promise<void> {
  await tx
    .updateTable('provider_objects')
    .set({ live_seen_at: isLive ? sql`clock_timestamp()` : null })
    .where('site_id', '=', site_id)
    .where('provider_account_id', '=', id)
    .where('reference', '=', reference)
    .execute()
}
