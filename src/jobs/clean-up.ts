import { sql } from 'kysely'
import type { App } from '../app.ts'

/**
 * Removes what nobody can ask for any more: Idempotency-Keys after 24 hours, ended sign-ins by key.
 *
 * @returns how many rows went
 */
export async function cleanUp({ db, clock }: App): Promise<number> {
  const now = clock.now()
  const keys =
    await sql`delete from idempotency_keys where created_at < ${now}::timestamptz - interval '24 hours'`.execute(
      db,
    )
  const families = await db.deleteFrom('token_families').where('expires_at', '<', now).executeTakeFirst()
  return Number(keys.numAffectedRows ?? 0) + Number(families.numDeletedRows)
}
