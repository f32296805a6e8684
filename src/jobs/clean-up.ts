import { sql } from 'kysely'
import type { App } from '../app.ts'

/** Removes what nobody can ask for any more: Idempotency-Keys after 24 hours, ended sign-ins by key. */
export async function cleanUp({ db, clock }: App): Promise<void> {
  const now = clock.now()
  await sql`delete from idempotency_keys where created_at < ${now}::timestamptz - interval '24 hours'`.execute(
    db,
  )
  await db.deleteFrom('token_families').where('expires_at', '<', now).execute()
}
