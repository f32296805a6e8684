import { sql } from 'kysely'
import type { Tx } from '../../platform/db/database.ts'

/**
 * Waits for what a key is writing now, and makes what comes after wait until this transaction has ended the key, or
 * its secret: see authenticate.sql.
 */
export async function waitForWrites(tx: Tx, keyId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(api_key_lock(${keyId}::bigint))`.execute(tx)
}
