import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'

/** What a key is known by. */
export interface KeyCredentials {
  client_id: string
  secret_hash: Buffer
}

/** Those of the oldest key; null when there is none. */
export async function oldestCredentials(tx: Tx): Promise<KeyCredentials | null> {
  const key = await tx
    .selectFrom('api_keys')
    .select(['client_id', 'secret_hash'])
    .where('deleted_at', 'is', null)
    .orderBy(sql`id`)
    .limit(1)
    .executeTakeFirst()
  return key ?? null
}

/** Gives a key that was just made the credentials of one that is gone, so that its clients go on. */
export async function adoptCredentials(tx: Tx, clientId: string, kept: KeyCredentials): Promise<void> {
  await tx.updateTable('api_keys').set(kept).where('client_id', '=', clientId).execute()
}
